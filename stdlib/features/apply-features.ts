import { StepError } from '../../compiler/kinds/run.ts';
import { missingCode, type Feature, type Matrix } from '../../runtime/data/matrix.ts';
import { allocateCodes, type ReadArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { missingRawCode, unseenCode } from './category-groups.ts';
import type { ApplyOptions, CompiledFeature } from './compiled-feature.ts';
import type { FittedFeature } from './fitted.ts';
import type { RawColumns } from './read-raw.ts';

/** Features of rows, shape (rows) each, and what was new in them. */
export interface Applied {
  readonly matrix: Matrix;
  /** How many values of each column no training row has; columns without any are left out. */
  readonly unseen: Readonly<Record<string, number>>;
  /** How many values of each column are missing; columns that lack none are left out. */
  readonly missing: Readonly<Record<string, number>>;
}

/** Makes features of raw columns, in the order of their names. Arrays that nothing changes are shared with them. */
export function applyFeatures(compiled: readonly CompiledFeature[], raw: RawColumns, options: ApplyOptions): Applied {
  const unseen = new Map<string, number>();
  const missing = new Map<string, number>();
  const features = compiled.flatMap(({ fitted, apply }) => {
    const { column } = fitted;
    const values = raw.get(column);
    if (values?.length !== options.rows) throw new Error(`the raw column \`${column}\` has ${values?.length ?? 'no'} rows, not ${options.rows}`);
    if (fitted.kind === 'category') {
      const count = countOf(values, unseenCode(fitted));
      if (count > 0) unseen.set(column, count);
    }
    const absent = fitted.kind === 'category' ? countOf(values, missingRawCode(fitted)) : countAbsent(values);
    if (absent > 0) missing.set(column, absent);
    return apply(values, options);
  });
  return { matrix: { rows: options.rows, features: features.sort(byName) }, unseen: Object.fromEntries(unseen), missing: Object.fromEntries(missing) };
}

function byName(a: Feature, b: Feature): number {
  return a.name < b.name ? -1 : 1;
}

function countOf(values: ReadArray, wanted: number): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === wanted) count++;
  return count;
}

/** Of numbers and times, or of texts: integers lack none. */
function countAbsent(values: ReadArray): number {
  let count = 0;
  if (Array.isArray(values)) for (const value of values) count += value === null ? 1 : 0;
  else if (values instanceof Float32Array || values instanceof Float64Array) for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) count++;
  return count;
}

/** A row by the names of its columns; what is `null`, `undefined` or not there is missing. */
export type FeatureRecord = Readonly<Record<string, unknown>>;

/** Features of one row, in the order of their names. */
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
    compiled.flatMap(({ fitted }) =>
      fitted.kind === 'category' ? [[fitted.column, new Map(fitted.levels.map((level, code) => [level, code]))] as const] : [],
    ),
  );
}

/** Makes the features of one row, by the same code as those of many. */
export function applyRow(compiled: readonly CompiledFeature[], index: LevelIndex, record: FeatureRecord): AppliedRow {
  const raw = new Map(compiled.map(({ fitted }) => [fitted.column, rawValue(fitted, index, record[fitted.column])]));
  const { matrix, unseen } = applyFeatures(compiled, raw, { rows: 1 });
  const values = Float64Array.from(matrix.features, (feature) => {
    if (feature.kind === 'numeric') return feature.values[0] as number;
    const code = feature.codes[0] as number;
    return code === missingCode(feature.codes) ? NaN : code;
  });
  return { values, unseen: Object.keys(unseen) };
}

/** A value as it would be read from a table. */
function rawValue(fitted: FittedFeature, index: LevelIndex, value: unknown): ReadArray {
  switch (fitted.kind) {
    case 'number':
      return fitted.type === 'real' ? Float32Array.of(rawNumber(fitted.column, value)) : Float64Array.of(rawNumber(fitted.column, value));
    case 'date':
      return Float64Array.of(rawTime(fitted.column, value));
    case 'array':
      return [rawList(fitted.column, value)];
    case 'hash':
    case 'text':
      return [rawText(fitted.column, value)];
    case 'category': {
      const text = rawText(fitted.column, value);
      const codes = allocateCodes(1, missingRawCode(fitted));
      codes[0] = text === null ? missingRawCode(fitted) : (index.get(fitted.column)?.get(text) ?? unseenCode(fitted));
      return codes;
    }
  }
}

function rawNumber(column: string, value: unknown): number {
  if (value === null || value === undefined) return NaN;
  const number = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : undefined;
  if (number === undefined || Math.abs(number) === Infinity) {
    throw new StepError(`\`${column}\` must be a finite number, found ${JSON.stringify(value) ?? typeof value}`);
  }
  return number;
}

function rawText(column: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint') {
    throw new StepError(`\`${column}\` must be one value, found ${JSON.stringify(value) ?? typeof value}`);
  }
  return String(value);
}

function rawList(column: string, value: unknown): Float32Array | null {
  if (value === null || value === undefined) return null;
  if (!Array.isArray(value) && !(value instanceof Float32Array)) throw new StepError(`\`${column}\` must be a list of numbers, found ${JSON.stringify(value) ?? typeof value}`);
  return Float32Array.from(value as readonly unknown[], (one) => rawNumber(column, one));
}

const TIME_OF_DAY = /^\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;

/** A date, or a text in the form of ISO 8601, in UTC, in microseconds since 1970; of a time of day, since midnight. */
function rawTime(column: string, value: unknown): number {
  if (value === null || value === undefined) return NaN;
  const text = typeof value === 'string' ? value.replace(' ', 'T') : undefined;
  const time = text === undefined ? value : new Date(TIME_OF_DAY.test(text) ? `1970-01-01T${text}Z` : /T/.test(text) ? `${text.replace(/Z$/, '')}Z` : text);
  if (!(time instanceof Date) || Number.isNaN(time.getTime())) {
    throw new StepError(`\`${column}\` must be a date such as "2001-01-31 12:00:00", found ${JSON.stringify(value) ?? typeof value}`);
  }
  return time.getTime() * 1000;
}
