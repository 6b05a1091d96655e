import type { Json, JsonObject } from '../../../compiler/json.ts';

/** The object that a value is, or none: manifests hold JSON whose shape belongs to the kind that made it. */
export function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The list that a value is, or an empty one. */
export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The number that a value is; also one that is written as a text, such as `"NaN"`. */
export function asNumber(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) && value !== 'NaN' ? undefined : number;
}

/** The text that a value is. */
export function asText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The numbers of an object, by key; `null` where a value is not defined. */
export function asNumbers(value: Json | undefined): Record<string, number | null> {
  const entries = Object.entries(asObject(value) ?? {});
  return Object.fromEntries(entries.flatMap(([key, one]) => (one === null ? [[key, null]] : asNumber(one) === undefined ? [] : [[key, asNumber(one) ?? null]])));
}
