import { didYouMean, type Related, type Span } from '../../grammar/index.ts';
import type { Inferred, InferContext, TextInput } from '../../compiler/kinds/kind.ts';
import type { SqlProblem } from '../../compiler/sql/analysis.ts';
import { fuseQueries } from '../../compiler/sql/fuse.ts';
import { queryIdentity } from '../../compiler/sql/query-identity.ts';
import { sqlTokens } from '../../compiler/sql/sql-text.ts';
import type { TableType } from '../../compiler/types.ts';

/** A table that a query reads. */
interface ReadTable {
  /** As SQL compares it. */
  readonly reference: string;
  /** As declared. */
  readonly name: string;
  readonly type: TableType;
  readonly span?: Span;
}

/** The columns of a query, what it reads, and what it is in one spelling. */
export function inferSql(context: InferContext): Inferred | undefined {
  const [input] = context.inputs;
  if (input?.kind !== 'text') return undefined;
  const references = context.ask({ need: 'references', text: input.text });
  if (references === undefined) return undefined;
  if (!references.ok) {
    reportProblem(context, input, references.problem, []);
    return undefined;
  }
  const query = withCollections(context, input, references.tables);
  const tables = query && lookUp(context, query.input, query.tables);
  if (query === undefined || tables === undefined) return undefined;
  return inferQuery(context, query.input, tables);
}

function inferQuery(context: InferContext, input: TextInput, tables: readonly ReadTable[]): Inferred | undefined {
  const analysis = context.ask({
    need: 'analysis',
    text: input.text,
    tables: tables.map(({ reference, type }) => ({ name: reference, columns: type.columns })),
  });
  if (analysis === undefined) return undefined;
  if (!analysis.ok) {
    reportProblem(context, input, analysis.problem, tables);
    return undefined;
  }
  const { query } = analysis;
  if (!checkTime(context, query.columns.map(({ name }) => name))) return undefined;
  return {
    type: { kind: 'table', columns: query.columns, sources: [...new Set(tables.flatMap(({ type }) => type.sources))].sort(), reach: 'unknown' },
    tables: tables.map(({ reference, name }, index) => ({ slot: `[${index}]`, step: name, columns: query.reads[reference] ?? [] })),
    identity: { sql: queryIdentity(query) },
    ...(query.portable ? {} : { guarantee: 'platform' }),
    query: {
      text: input.text,
      ordered: query.ordered,
      tables: tables.map(({ reference }) => reference),
      rowwise: query.rowwise,
      parallel: query.parallel,
    },
  };
}

interface CollectedQuery {
  readonly input: TextInput;
  /** The tables that it reads, as SQL compares them. */
  readonly tables: readonly string[];
}

/**
 * What a loop made is, as a table, the rows of all its members one after the other, columns matched by name: such names
 * become common table expressions of the query.
 */
function withCollections(context: InferContext, input: TextInput, references: readonly string[]): CollectedQuery | undefined {
  let query: CollectedQuery | undefined = { input, tables: [] };
  for (const reference of references) {
    const found = context.table(reference);
    if (query === undefined) return undefined;
    if (found.found !== 'collection') {
      query = { ...query, tables: [...query.tables, reference] };
      continue;
    }
    const members = found.members.map((name) => name.toLowerCase());
    const text = fuseQueries({ text: query.input.text, tables: [reference] }, { name: reference, text: unionOf(found.members), tables: members });
    if (text === undefined) {
      context.report('collection-in-sql', nameSpan(context, input, reference), { name: found.name, members: found.members });
      return undefined;
    }
    const tables: string[] = [...query.tables, ...members.filter((name) => !references.includes(name))];
    query = { input: { ...query.input, text, at: movedBy(query.input, text) }, tables };
  }
  return query;
}

function unionOf(members: readonly string[]): string {
  return members.map((name) => `SELECT * FROM "${name.replaceAll('"', '""')}"`).join('\nUNION ALL BY NAME\n');
}

/** Places in a text into which something was put: what comes behind that is found from the end. */
function movedBy(input: TextInput, text: string): TextInput['at'] {
  const tokens = sqlTokens(input.text);
  const end = tokens.findLast((token) => token.text !== ';')?.end ?? input.text.length;
  const moved = text.length - end;
  return (offset) => input.at(Math.max(0, offset - moved));
}

function lookUp(context: InferContext, input: TextInput, references: readonly string[]): ReadTable[] | undefined {
  const tables: ReadTable[] = [];
  let sound = true;
  for (const reference of references) {
    const found = context.table(reference);
    if (found.found === 'table' && found.type.kind === 'table') {
      tables.push({ reference, name: found.name, type: found.type, ...(found.span === undefined ? {} : { span: found.span }) });
      continue;
    }
    sound = false;
    const at = nameSpan(context, input, reference);
    if (found.found === 'nothing') {
      const { candidates } = found;
      context.report('unknown-table', at, { name: reference, tables: candidates, suggestion: didYouMean(reference, candidates) });
    } else if (found.found === 'table') {
      context.report('not-a-table', at, { name: found.name, what: found.type.kind });
    }
  }
  return sound ? tables : undefined;
}

function checkTime({ params, report, spanOf, name: table }: InferContext, names: readonly string[]): boolean {
  const time = (params['time'] as { readonly $column: string } | undefined)?.$column;
  if (time === undefined || names.some((name) => name.toLowerCase() === time.toLowerCase())) return true;
  report('unknown-column', spanOf(['time'], 'value'), { name: time, table, columns: names, suggestion: didYouMean(time, names) });
  return false;
}

function reportProblem(context: InferContext, input: TextInput, problem: SqlProblem, tables: readonly ReadTable[]): void {
  const { message, hint, offset, unknown } = problem;
  const at = offset === undefined ? (unknown === undefined ? input.span : nameSpan(context, input, unknown.name)) : spanAt(context, input, offset);
  if (unknown?.kind === 'column') {
    const columns = [...new Set(tables.flatMap(({ type }) => type.columns.map(({ name }) => name)))];
    const suggestion = didYouMean(unknown.name, columns);
    // Its own columns are not known yet; those of the tables that it reads stand in the notes.
    context.report('unknown-column', at, { name: unknown.name, table: context.name, columns: [], suggestion }, tables.flatMap((table) => readsNote(context, table)));
  } else if (unknown?.kind === 'table') {
    const names = tables.map(({ name }) => name);
    context.report('unknown-table', at, { name: unknown.name, tables: names, suggestion: didYouMean(unknown.name, names) });
  } else {
    context.report(`sql-${problem.kind}`, at, { message, hint });
  }
}

function readsNote(context: InferContext, { name, type, span }: ReadTable): Related[] {
  if (span === undefined) return [];
  const columns = type.columns.map((column) => column.name);
  return [{ span, message: `\`${context.name}\` reads \`${name}\`, declared here with: ${columns.join(', ')}` }];
}

/** The word at an offset of the query. */
function spanAt(context: InferContext, input: TextInput, offset: number): Span {
  const token = sqlTokens(input.text).find(({ end }) => end > offset);
  const start = Math.min(token?.start ?? offset, offset);
  return placed(context, input, start, token?.end ?? offset + 1);
}

/** Where a query first says a name: after FROM, JOIN or a comma if it does, for a column may be called the same. */
function nameSpan(context: InferContext, input: TextInput, name: string): Span {
  const tokens = sqlTokens(input.text);
  const says = tokens.map(({ text }) => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text).toLowerCase());
  const wanted = name.toLowerCase();
  const asTable = says.findIndex((word, index) => word === wanted && ['from', 'join', ',', '('].includes(says[index - 1] ?? ''));
  const token = tokens[asTable >= 0 ? asTable : says.indexOf(wanted)];
  return token === undefined ? input.span : placed(context, input, token.start, token.end);
}

function placed(context: InferContext, input: TextInput, start: number, end: number): Span {
  const last = Math.max(start, Math.min(end, input.text.length) - 1);
  return { file: context.file, start: input.at(start), end: input.at(last) + 1 };
}
