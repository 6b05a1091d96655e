/** Plain data: what plans, parameters, manifests and records are made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A record of plain data. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * The one spelling of a JSON value: keys in code-unit order, no white space. Digests are taken over it.
 * Numbers are written as ECMAScript does (RFC 8785); entries that are `undefined` are left out.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>;
    let entries = '';
    for (const key of Object.keys(record).sort()) {
      const entry = record[key];
      if (entry !== undefined) entries += `${entries === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(entry)}`;
    }
    return `{${entries}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON spelling`);
  return JSON.stringify(value) ?? 'null';
}
