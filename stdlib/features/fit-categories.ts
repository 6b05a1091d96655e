import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { noValues, type FitSource } from './fitting-number.ts';
import type { CategoryType, FittedCategory, FittedEncoding } from './fitted.ts';
import type { Encoding, Imputation } from './prepare-params.ts';

/** A column of names, and what is to be fitted for it. */
export interface CategoryPlan {
  readonly column: string;
  readonly type: CategoryType;
  readonly drop?: true;
  readonly indicator?: string;
  readonly impute?: Exclude<Imputation, 'drop'>;
  readonly encode: Exclude<Encoding, { $call: 'hash' }>;
}

/** A category before its target means are known. */
export type UnfinishedCategory = Omit<FittedCategory, 'encoding'>;

/** Cells that are read at a time where a table is wide: columns of a long one are read alone, where they lie. */
const CELLS = 1_000_000;
const BATCH = '__mlp_batch';

/** As many of some columns at a time as so many cells allow, at least one. */
export function batchesOf<T>(columns: readonly T[], rows: number, cells: number): T[][] {
  const atATime = Math.max(1, Math.floor(cells / Math.max(1, rows)));
  return Array.from({ length: Math.ceil(columns.length / atATime) }, (_, i) => columns.slice(i * atATime, (i + 1) * atATime));
}

/** Finds the levels of columns in the rows of `from`, `rows` at most, and how often each comes, after imputing. */
export async function fitLevels({ connection, from }: FitSource, rows: number, plans: readonly CategoryPlan[]): Promise<UnfinishedCategory[]> {
  const found: UnfinishedCategory[] = [];
  for (const batch of batchesOf(plans, rows, CELLS)) {
    // Opening a file of hundreds of columns takes longer than what is asked about one of them.
    if (batch.length > 1) await connection.run(`CREATE OR REPLACE TEMP TABLE ${BATCH} AS SELECT ${batch.map(({ column }) => sqlName(column)).join(', ')} FROM ${from}`);
    for (const plan of batch) found.push(await fitColumn({ connection, from: batch.length > 1 ? BATCH : from }, plan));
    if (batch.length > 1) await connection.run(`DROP TABLE ${BATCH}`);
  }
  return found;
}

async function fitColumn({ connection, from }: FitSource, { column, type, impute, drop, indicator }: CategoryPlan): Promise<UnfinishedCategory> {
  const name = sqlName(column);
  const reader = await connection.runAndReadAll(`SELECT ${name}::VARCHAR, count(*)::DOUBLE FROM ${from} GROUP BY ${name} ORDER BY ${name} NULLS LAST`);
  const found = reader.getRows() as [string | null, number][];
  const missing = found.at(-1)?.[0] === null ? (found.pop()?.[1] ?? 0) : 0;
  const levels = found.map(([level]) => level ?? '');
  const counts = found.map(([, count]) => count);
  const base = { kind: 'category', column, type, ...(drop === undefined ? {} : { drop }), ...(indicator === undefined ? {} : { indicator }) } as const;
  if (impute === undefined) return { ...base, levels, counts, missing };
  const value = typeof impute === 'string' ? levels[counts.indexOf(counts.reduce((a, b) => Math.max(a, b), 0))] : String(impute.value);
  if (value === undefined) throw noValues(column, 'most frequent value');
  if (missing > 0) addRows(levels, counts, { value, missing, type });
  return { ...base, levels, counts, missing: 0, impute: value };
}

/** Adds the rows of imputed values to their level, which may be a new one: a text in its place, else last. */
function addRows(levels: string[], counts: number[], { value, missing, type }: { value: string; missing: number; type: CategoryType }): void {
  const at = levels.indexOf(value);
  if (at >= 0) {
    counts[at] = (counts[at] ?? 0) + missing;
    return;
  }
  const bytes = Buffer.from(value);
  const after = type === 'string' ? levels.findIndex((level) => Buffer.compare(Buffer.from(level), bytes) > 0) : -1;
  const place = after < 0 ? levels.length : after;
  levels.splice(place, 0, value);
  counts.splice(place, 0, missing);
}

/** The encoding of a category that needs nothing but its levels. */
export function fitEncoding({ levels, counts }: UnfinishedCategory, encode: Exclude<Encoding, { $call: 'target_mean' | 'hash' }>): FittedEncoding {
  if (encode.$call !== 'one_hot') return { kind: encode.$call };
  const least = encode.min_count ?? 1;
  const hasRare = counts.some((count) => count < least);
  return { kind: 'one_hot', min_count: least, ...(hasRare ? { other: freshName('other', levels) } : {}) };
}

/** A name that no level has. */
function freshName(name: string, levels: readonly string[]): string {
  return levels.includes(name) ? freshName(`${name}_`, levels) : name;
}
