import { StepError } from '../../compiler/kinds/run.ts';
import { foldsOfRows, type Salt } from '../../runtime/data/hash.ts';
import { missingCode, type Codes, type Feature, type Matrix } from '../../runtime/data/matrix.ts';
import type { ColumnArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { unseenCode } from './category-groups.ts';
import type { CompiledFeature, CompiledLevels, CompiledMeans, CompiledNumber } from './compile-features.ts';
import type { FittedCategory } from './fitted.ts';
import type { RawColumns } from './read-raw.ts';

/** The rows that features are made for. */
export interface ApplyOptions {
  /** The number of rows of every raw column. */
  readonly rows: number;
  /** Given for training rows alone: where they stand in the table, and the salt that deals them into folds. */
  readonly training?: { readonly positions: Uint32Array; readonly salt: Salt | undefined };
}

/** Features of rows, shape (rows) each, and what was new in them. */
export interface Applied {
  readonly matrix: Matrix;
  /** How many values of each column no training row has; columns without any are left out. */
  readonly unseen: Readonly<Record<string, number>>;
}

/** Makes features of raw columns. Arrays that nothing changes are shared with them. */
export function applyFeatures(compiled: readonly CompiledFeature[], raw: RawColumns, options: ApplyOptions): Applied {
  const unseen = new Map<string, number>();
  const features = compiled.map((feature) => {
    const { column } = feature.fitted;
    const values = raw.get(column);
    if (values?.length !== options.rows) throw new Error(`the raw column \`${column}\` has ${values?.length ?? 'no'} rows, not ${options.rows}`);
    if (feature.kind !== 'number') {
      const count = countOf(values, unseenCode(feature.fitted));
      if (count > 0) unseen.set(column, count);
    }
    return applyFeature(feature, values, options);
  });
  return { matrix: { rows: options.rows, features }, unseen: Object.fromEntries(unseen) };
}

function applyFeature(feature: CompiledFeature, values: ColumnArray, { training }: ApplyOptions): Feature {
  switch (feature.kind) {
    case 'number':
      return applyNumber(feature, values);
    case 'levels':
      return applyLevels(feature, values as Codes);
    case 'means':
      return training === undefined || feature.folds === undefined || training.salt === undefined
        ? applyMeans(feature, values as Codes)
        : applyFoldMeans(feature, feature.folds, values as Codes, foldsOfRows(training.positions, feature.folds.length, training.salt));
  }
}

function applyNumber({ fitted, apply }: CompiledNumber, values: ColumnArray): Feature {
  const { column: name, scale, impute } = fitted;
  const whole = !(values instanceof Float32Array || values instanceof Float64Array);
  if (scale === undefined && (impute === undefined || whole)) return { kind: 'numeric', name, values };
  const narrow = scale === undefined && values instanceof Float32Array && Math.fround(impute ?? 0) === impute;
  const made = narrow ? new Float32Array(values.length) : new Float64Array(values.length);
  for (let i = 0; i < made.length; i++) made[i] = apply(values[i] as number);
  return { kind: 'numeric', name, values: made };
}

function applyLevels({ fitted, table, levels, oneHot }: CompiledLevels, raw: Codes): Feature {
  const codes = new (table.constructor as new (length: number) => Codes)(raw.length);
  for (let i = 0; i < codes.length; i++) codes[i] = table[raw[i] as number] as number;
  return { kind: 'category', name: fitted.column, codes, levels, oneHot };
}

function applyMeans({ fitted, table }: CompiledMeans, raw: Codes): Feature {
  const values = new Float64Array(raw.length);
  for (let i = 0; i < values.length; i++) values[i] = table[raw[i] as number] as number;
  return { kind: 'numeric', name: fitted.column, values };
}

function applyFoldMeans({ fitted }: CompiledMeans, tables: readonly Float64Array[], raw: Codes, folds: Uint8Array): Feature {
  const values = new Float64Array(raw.length);
  for (let i = 0; i < values.length; i++) values[i] = (tables[folds[i] as number] as Float64Array)[raw[i] as number] as number;
  return { kind: 'numeric', name: fitted.column, values };
}

function countOf(values: ColumnArray, wanted: number): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === wanted) count++;
  return count;
}

/** A row by the names of its columns; what is `null`, `undefined` or not there is missing. */
export type FeatureRecord = Readonly<Record<string, unknown>>;

/** Features of one row, in the order of the fitted features. */
export interface AppliedRow {
  /** One a feature: a number, or the index of a level; NaN is missing. */
  readonly values: Float64Array;
  /** Columns whose value no training row has. */
  readonly unseen: readonly string[];
}

/** Looks raw codes up for single rows; made once for many. */
export type LevelIndex = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Indexes the levels of all categories. */
export function indexLevels(compiled: readonly CompiledFeature[]): LevelIndex {
  return new Map(
    compiled.flatMap(({ kind, fitted }) =>
      kind === 'number' ? [] : [[fitted.column, new Map(fitted.levels.map((level, code) => [level, code]))] as const],
    ),
  );
}

/** Makes the features of one row: what `applyFeatures` makes of rows that were not trained on. */
export function applyRow(compiled: readonly CompiledFeature[], index: LevelIndex, record: FeatureRecord): AppliedRow {
  const values = new Float64Array(compiled.length);
  const unseen: string[] = [];
  for (const [i, feature] of compiled.entries()) {
    const { column } = feature.fitted;
    if (feature.kind === 'number') {
      values[i] = feature.apply(rawNumber(feature, record[column]));
      continue;
    }
    const raw = rawCode(feature.fitted, index, record[column]);
    if (raw === unseenCode(feature.fitted)) unseen.push(column);
    const value = feature.table[raw] as number;
    values[i] = feature.kind === 'levels' && value === missingCode(feature.table) ? NaN : value;
  }
  return { values, unseen };
}

function rawNumber({ fitted }: CompiledNumber, value: unknown): number {
  if (value === null || value === undefined) return NaN;
  const number = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : undefined;
  if (number === undefined || Math.abs(number) === Infinity) {
    throw new StepError(`\`${fitted.column}\` must be a finite number, found ${JSON.stringify(value) ?? typeof value}`);
  }
  return fitted.type === 'real' ? Math.fround(number) : number;
}

function rawCode({ column, levels }: FittedCategory, index: LevelIndex, value: unknown): number {
  if (value === null || value === undefined) return levels.length + 1;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint') {
    throw new StepError(`\`${column}\` must be one value, found ${JSON.stringify(value) ?? typeof value}`);
  }
  return index.get(column)?.get(String(value)) ?? levels.length;
}
