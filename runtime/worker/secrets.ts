import type { Json } from '../../compiler/json.ts';

/** Credentials by the names of the variables that hold them. */
export type Secrets = Readonly<Record<string, string>>;

/** The variables that parameters name as credentials. */
export function secretNames(params: Json): string[] {
  if (Array.isArray(params)) return (params as readonly Json[]).flatMap(secretNames);
  if (typeof params !== 'object' || params === null) return [];
  const name = secretName(params);
  return name === undefined ? Object.values(params).flatMap(secretNames) : [name];
}

/** The variable that an encoded credential names, if it is one. */
export function secretName(value: Json | undefined): string | undefined {
  const name = typeof value === 'object' && value !== null && '$secret' in value ? value.$secret : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Takes credentials out of whatever a step says: each text in which one stands gets its variable's name instead. */
export function redactor(secrets: Secrets): <T>(value: T) => T {
  const words = Object.entries(secrets)
    .flatMap(([name, value]) => spellings(value).map((text) => ({ name, text })))
    .sort((a, b) => b.text.length - a.text.length);
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return words.reduce((text, word) => text.replaceAll(word.text, `[secret ${word.name}]`), value);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), clean(inner)]));
  };
  return <T>(value: T): T => (words.length === 0 ? value : (clean(value) as T));
}

/** Whether a text has a credential in it. */
export function revealsSecret(text: string, secrets: Secrets): boolean {
  return Object.values(secrets).some((value) => spellings(value).some((spelling) => text.includes(spelling)));
}

/** How a credential may be written down: as it is, in JSON, in an address, in base 64. */
function spellings(value: string): string[] {
  if (value === '') return [];
  return [...new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), Buffer.from(value).toString('base64')])];
}
