import { canonicalJson } from '../../compiler/json.ts';
import type { Inferred, InferContext } from '../../compiler/kinds/kind.ts';
import { renderColumnType, type Column, type TableType } from '../../compiler/types.ts';
import { checkCondition, conditionNeed } from '../conditions.ts';
import { freeName } from '../free-name.ts';
import { expectationsOf, rowExpectations, type Accepted, type Limits } from './expectations.ts';

/** A check reads the columns it names, and no others. */
export function inferExpect(context: InferContext): Inferred | undefined {
  const [input, other] = context.inputs;
  if (input?.kind !== 'value' || input.type.kind !== 'table') return undefined;
  const table = input.type;
  const params = expectationsOf(context.params);
  const floats = table.columns.filter(({ type }) => type.kind === 'float').map(({ name }) => name);
  const expectations = rowExpectations(params, new Set(floats));
  if (params.rows === undefined && expectations.length === 0) context.report('nothing-expected', context.span, {});
  const others = other?.kind === 'value' && other.type.kind === 'table' ? other.type : undefined;
  const sound = [checkTypes(context, table), checkPatterns(context), checkReferences(context, table, others)].every(Boolean);
  const conditions = checkConditions(context, table);
  if (!sound || conditions === undefined) return undefined;
  const named = [...expectations.flatMap(({ columns }) => columns), ...(params.show ?? []).map(({ $column }) => $column), ...conditions.reads];
  const columns = foundColumns(table, named);
  const reads = { [input.slot]: columns.slice(2).map(({ name }) => name).sort() };
  const referred = [...new Set(Object.values(params.references ?? {}).map(({ $column }) => $column))].sort();
  return {
    type: { kind: 'check' },
    parts: { rows: { ...table, columns } },
    reads: other === undefined || other.kind !== 'value' ? reads : { ...reads, [other.slot]: referred },
    ...(conditions.identity === undefined ? {} : { identity: { 'param:holds': conditions.identity } }),
    ...(conditions.portable ? {} : { guarantee: 'platform' }),
  };
}

/** The columns of the rows that are found: their number, from 1, what they do not meet, and the columns that are read. */
export function foundColumns({ columns }: Pick<TableType, 'columns'>, named: readonly string[]): Column[] {
  const read = columns.filter(({ name }) => named.includes(name));
  return [
    { name: freeName('row', read), type: { kind: 'int' }, nullable: false, sql: 'BIGINT' },
    { name: freeName('expectation', read), type: { kind: 'string' }, nullable: false, sql: 'VARCHAR' },
    ...read,
  ];
}

const NUMBERS: ReadonlySet<string> = new Set(['int', 'float', 'decimal']);
const TIMES: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-\d\d-\d\d$/,
  timestamp: /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?$/,
  time: /^\d\d:\d\d(:\d\d(\.\d{1,6})?)?$/,
};

/** Limits and accepted values are of the types of their columns. */
function checkTypes({ params, report, spanOf }: InferContext, { columns }: TableType): boolean {
  const { between = {}, one_of = {}, matches = {} } = expectationsOf(params);
  let sound = true;
  const unfit = (transform: string, column: string, wants: string): void => {
    sound = false;
    report('unfit-transform', spanOf([transform, column], 'value'), { column, type: typeOf(columns, column), transform, wants });
  };
  for (const [column, limits] of Object.entries(between)) {
    const wants = wrongLimits(kindOf(columns, column), limits);
    if (wants !== undefined) unfit('between', column, wants);
    else if (isEmpty(limits)) {
      sound = false;
      report('empty-range', spanOf(['between', column], 'value'), {});
    }
  }
  for (const [column, accepted] of Object.entries(one_of)) {
    const wants = wrongValues(kindOf(columns, column), accepted);
    if (wants !== undefined) unfit('one_of', column, wants);
  }
  for (const column of Object.keys(matches)) if (kindOf(columns, column) !== 'string') unfit('matches', column, 'texts');
  return sound;
}

function kindOf(columns: readonly Column[], name: string): string {
  return columns.find((column) => column.name === name)?.type.kind ?? 'other';
}

function typeOf(columns: readonly Column[], name: string): string {
  const found = columns.find((column) => column.name === name);
  return found === undefined ? 'missing' : renderColumnType(found.type);
}

/** What the column would have to be, or the limits. */
function wrongLimits(kind: string, { $range }: Limits<number | string>): string | undefined {
  const ends = $range.filter((end) => end !== null);
  const form = TIMES[kind];
  if (form !== undefined) {
    const [example] = { date: ['"2001-01-31"'], time: ['"10:30"'], timestamp: ['"2001-01-31 10:30"'] }[kind] ?? [];
    return ends.every((end) => typeof end === 'string' && form.test(end) && isReal(end)) ? undefined : `limits such as \`${example}\``;
  }
  return NUMBERS.has(kind) && ends.every((end) => typeof end === 'number') ? undefined : 'numbers, dates or times with limits of their kind';
}

/** Whether a date is in the calendar: February has no 30th. */
function isReal(text: string): boolean {
  const [date = ''] = /^\d{4}-\d\d-\d\d/.exec(text) ?? [];
  if (date === '') return /^([01]\d|2[0-3]):[0-5]\d/.test(text);
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date) && (text.length === date.length || isReal(text.slice(date.length + 1)));
}

function isEmpty({ $range: [low, high] }: Limits<number | string>): boolean {
  return low !== null && high !== null && low > high;
}

function wrongValues(kind: string, accepted: readonly Accepted[]): string | undefined {
  const wanted = NUMBERS.has(kind) ? 'number' : kind === 'bool' ? 'boolean' : kind === 'string' ? 'string' : undefined;
  const words = { number: 'numbers', boolean: '`true` or `false`', string: 'texts in quotes' };
  return accepted.every((value) => typeof value === wanted) ? undefined : wanted === undefined ? 'a column of numbers, texts or bools' : `${words[wanted]} for this column`;
}

/** Binding a query with a pattern finds out whether it is one. */
function checkPatterns({ ask, params, report, spanOf }: InferContext): boolean {
  let sound = true;
  for (const [column, pattern] of Object.entries(expectationsOf(params).matches ?? {})) {
    const text = `SELECT regexp_full_match('', '${pattern.replaceAll("'", "''")}') AS holds`;
    const answer = ask({ need: 'analysis', text, tables: [] });
    if (answer?.ok !== true) sound = false;
    if (answer?.ok === false) report('bad-pattern', spanOf(['matches', column], 'value'), { column, message: answer.problem.message });
  }
  return sound;
}

function checkReferences({ params, report, spanOf }: InferContext, table: TableType, other: TableType | undefined): boolean {
  const { references = {} } = expectationsOf(params);
  if (other === undefined) {
    if (params['references'] !== undefined) report('no-second-table', spanOf(['references'], 'key'), {});
    return params['references'] === undefined;
  }
  const comparable = (kind: string): string => (NUMBERS.has(kind) ? 'number' : kind);
  const wrong = Object.entries(references).filter(([column, to]) => comparable(kindOf(table.columns, column)) !== comparable(kindOf(other.columns, to.$column)));
  for (const [column, to] of wrong) {
    const wants = `a column like \`${to.$column}\`, which is ${typeOf(other.columns, to.$column)}`;
    report('unfit-transform', spanOf(['references', column], 'value'), { column, type: typeOf(table.columns, column), transform: 'references', wants });
  }
  return wrong.length === 0;
}

interface Conditions {
  readonly reads: readonly string[];
  /** The conditions as parse trees, by their names. */
  readonly identity?: string;
  readonly portable: boolean;
}

function checkConditions({ ask, params, report, spanOf }: InferContext, { columns }: TableType): Conditions | undefined {
  const { holds } = expectationsOf(params);
  if (holds === undefined) return { reads: [], portable: true };
  let sound = true;
  let portable = true;
  const reads = new Set<string>();
  const canonical = new Map<string, string>();
  for (const [name, text] of Object.entries(holds)) {
    const answer = ask(conditionNeed(text, columns));
    const condition = answer === undefined ? undefined : checkCondition(answer, columns);
    if (condition?.ok !== true) sound = false;
    if (condition?.ok === false) report('bad-condition', spanOf(['holds', name], 'value'), { name, message: condition.message, hint: condition.hint });
    if (condition?.ok !== true) continue;
    canonical.set(name, condition.canonical);
    portable &&= condition.portable;
    for (const column of condition.reads) reads.add(column);
  }
  return sound ? { reads: [...reads], identity: canonicalJson(Object.fromEntries(canonical)), portable } : undefined;
}
