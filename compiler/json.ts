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
  // What was read from canonical JSON, and much else, is in order already: Node itself writes it faster.
  return (isCanonical(value) ? JSON.stringify(value) : writeCanonical(value)) ?? 'null';
}

/** Whether `JSON.stringify` would write plain data in its one spelling. Keys that are numbers come first to it, whatever their order. */
function isCanonical(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'number' || Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isCanonical);
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record);
  return keys.every((key, index) => (index === 0 || key > (keys[index - 1] ?? '')) && isCanonical(record[key]));
}

function writeCanonical(value: unknown): string | undefined {
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
  return JSON.stringify(value);
}
