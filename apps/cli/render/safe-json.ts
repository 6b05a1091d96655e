/**
 * JSON text that every reader understands alike: integers beyond 2^53, NaN and infinities are strings, times are ISO
 * 8601, bytes are base64.
 */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, replace, indent);
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21)) return String(value);
    return value;
  }
  if (value instanceof Map) return Object.fromEntries(value as ReadonlyMap<string, unknown>);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value;
}
