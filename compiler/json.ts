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
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>;
    const keys = Object.keys(record)
      .filter((key) => record[key] !== undefined)
      .sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON spelling`);
  return JSON.stringify(value) ?? 'null';
}
