import { columnOf, type OpenTable } from '../../runtime/data/load-table.ts';
import { dateParts, indicatorName } from './feature-names.ts';
import type { CategoryPlan } from './fit-categories.ts';
import type { CategoryType, FittedArray, FittedDate, FittedHash, FittedText, NumberType } from './fitted.ts';
import type { NumberPlan } from './fitting-number.ts';
import { ngramRange } from './ngram-range.ts';
import { DEFAULTS, type Bins, type Encoding, type PrepareParams, type Transforms } from './prepare-params.ts';
import { isInteger } from './read-raw.ts';

/** The columns of a `prepare` by what has to be learned for them; of the last, nothing is. */
export interface FitPlans {
  readonly numbers: readonly NumberPlan[];
  readonly categories: readonly CategoryPlan[];
  readonly given: readonly (FittedDate | FittedHash | FittedText | FittedArray)[];
}

/** Sorts the columns of a `prepare`, each with all that is said of it. */
export function planFit(table: OpenTable, params: PrepareParams): FitPlans {
  const numbers: NumberPlan[] = [];
  const categories: CategoryPlan[] = [];
  const given: FitPlans['given'][number][] = [];
  const indicated = new Set((params.indicator ?? []).map(({ $column }) => $column));
  for (const { $column: column } of params.use) {
    const { sql } = columnOf(table.artifact, column);
    const { impute, bins, encode, ...said } = settingsOf(column, params);
    const common = {
      column,
      ...(impute === 'drop' ? { drop: true as const } : {}),
      ...(indicated.has(column) ? { indicator: indicatorName(column) } : {}),
    };
    const imputes = impute === undefined || impute === 'drop' ? {} : { impute };
    if (said.date !== undefined) given.push({ kind: 'date', ...common, type: timeType(sql), parts: dateParts(column, said.date) });
    else if (said.array !== undefined) given.push({ kind: 'array', ...common, type: 'list', shape: said.array });
    else if (said.text !== undefined) {
      given.push({ kind: 'text', ...common, type: 'string', n: ngramRange(said.text), buckets: said.text.buckets ?? DEFAULTS.ngrams.buckets });
    } else if (encode === undefined || bins !== undefined) {
      const { clip, log, scale } = said;
      const asked = { ...(clip === undefined ? {} : { clip }), ...(log === undefined ? {} : { log }), ...(bins === undefined ? {} : { bins }), ...(scale === undefined ? {} : { scale }) };
      numbers.push({ ...common, ...imputes, ...asked, type: numberType(sql), as: binsAs(encode, bins) });
    } else if (encode.$call === 'hash') {
      const constant = typeof impute === 'object' ? { impute: String(impute.value) } : {};
      given.push({ kind: 'hash', ...common, type: categoryType(sql), buckets: encode.buckets ?? DEFAULTS.hash.buckets, ...constant });
    } else categories.push({ ...common, ...imputes, type: categoryType(sql), encode });
  }
  return { numbers, categories, given };
}

/** What the parameters say of a column, which may be called `constructor`. */
function settingsOf(column: string, params: PrepareParams): Partial<Transforms> {
  const of = <K extends keyof Transforms>(key: K): Partial<Transforms> => {
    const given = params[key] as Readonly<Record<string, Transforms[K]>> | undefined;
    return given !== undefined && Object.hasOwn(given, column) ? ({ [key]: given[column] }) : {};
  };
  return { ...of('impute'), ...of('clip'), ...of('log'), ...of('bins'), ...of('encode'), ...of('scale'), ...of('date'), ...of('text'), ...of('array') };
}

function binsAs(encode: Encoding | undefined, bins: Bins | undefined): NumberPlan['as'] {
  return bins !== undefined && (encode?.$call === 'one_hot' || encode?.$call === 'native') ? encode.$call : 'ordinal';
}

function numberType(sql: string): NumberType {
  if (sql === 'BOOLEAN') return 'bool';
  if (sql === 'FLOAT') return 'real';
  if (sql === 'DOUBLE') return 'float';
  return isInteger(sql) ? 'int' : 'decimal';
}

function categoryType(sql: string): CategoryType {
  return sql === 'BOOLEAN' ? 'bool' : isInteger(sql) ? 'int' : 'string';
}

function timeType(sql: string): FittedDate['type'] {
  return sql === 'DATE' ? 'date' : sql.startsWith('TIMESTAMP') ? 'timestamp' : 'time';
}
