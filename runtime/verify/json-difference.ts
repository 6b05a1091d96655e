import { canonicalJson } from '../../compiler/json.ts';

/** Where two values differ first, and what stands there in each; `null` where one has nothing. */
export interface JsonDifference {
  /** As in `models[0].metrics.auc`; empty for the whole. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The first difference of two values of JSON, keys taken in their order as text; `undefined` where there is none. */
export function firstJsonDifference(before: unknown, after: unknown, path = ''): JsonDifference | undefined {
  if (Object.is(before, after)) return undefined;
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      const found = firstJsonDifference(before[index], after[index], `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isRecord(before) && isRecord(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      const found = firstJsonDifference(before[key], after[key], path === '' ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return { path, before: textOf(before), after: textOf(after) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** XGBoost's JSON has NaN, which JSON has not; minus zero would be told as zero. */
function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === 'number' ? (Object.is(value, -0) ? '-0' : String(value)) : canonicalJson(value);
}
