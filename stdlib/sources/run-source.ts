import type { DuckDBConnection } from '@duckdb/node-api';
import type { Json, JsonObject } from '../../compiler/json.ts';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { Column } from '../../compiler/types.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { stepFailure } from '../../runtime/engines/duckdb/table-errors.ts';
import type { FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';
import { PROBLEM } from '../../runtime/engines/images/read-images.ts';
import { keepTable, withTables } from '../../runtime/engines/duckdb/table-session.ts';
import { rowChecks, type RowCheck } from './check-rows.ts';
import { readFailure, readRows, VALID } from './read-rows.ts';
import { findRepeats } from '../repeats.ts';
import { planColumns, quarantineColumns, rawName, tableColumns, type SourcePlan } from './source-columns.ts';
import { readerOptions } from './source-params.ts';

/** The files' rows, as a view. */
const ROWS = '__mlp_rows';
/** Rows that `dedupe` takes out. */
const REPEATED = '__mlp_repeated';
/** Rows that break `unique`, each with its reason. */
const UNIQUE = '__mlp_not_unique';

/** A file that is broken or of another size is a row without an image. */
const HAS_IMAGE: RowCheck = { column: 'pixels', holds: `${PROBLEM} IS NULL`, reason: PROBLEM };

interface Source {
  readonly context: RunContext;
  readonly connection: DuckDBConnection;
  readonly params: JsonObject;
  readonly plan: SourcePlan;
  readonly checks: readonly RowCheck[];
}

interface Counts {
  readonly read: number;
  readonly invalid: number;
  readonly notUnique: number;
  readonly repeated: number;
}

/** Reads files into a table: limit, types and conditions of `schema`, `dedupe`, `unique`, in this order. */
export async function runSource(format: FileFormat, context: RunContext): Promise<RunResult> {
  const { params, roots } = context.step;
  const plan = planColumns(format, params['described'] as unknown as readonly Column[], params);
  const checks = [...(format === 'images' ? [HAS_IMAGE] : []), ...rowChecks(plan)];
  const valid = checks.length === 0 ? 'true' : checks.map(({ holds }) => holds).join(' AND ');
  const paths = roots.map(({ path }) => path);
  return withTables(context, async (connection) => {
    const limit = params['limit'];
    context.progress({ phase: 'reading' });
    try {
      const rows = await readRows(context, connection, {
        format,
        paths,
        plan,
        valid,
        keepRaw: params['unique'] !== undefined && params['invalid'] === 'quarantine',
        options: readerOptions(format, params),
        ...(typeof limit === 'number' ? { limit } : {}),
      });
      await connection.run(`CREATE TEMP VIEW ${ROWS} AS ${rows}`);
      return await refine({ context, connection, params, plan, checks });
    } catch (error) {
      throw isConversion(error) ? stepFailure(error, conditionFailed) : await readFailure(error, paths);
    }
  });
}

/** Casts in a `where` can fail, and those of a reader; those of `schema` itself give null. */
function isConversion(error: unknown): boolean {
  return error instanceof Error && /^(Conversion|Out of Range) Error(?!: (?:Error while reading file|CSV Error|JSON))/.test(error.message);
}

function conditionFailed(message: string): { message: string; hint: string } {
  return { message: `a \`where\` fails on a row: ${message}`, hint: 'TRY_CAST gives null where a value cannot be converted' };
}

async function refine(source: Source): Promise<RunResult> {
  const { context, connection, params } = source;
  context.progress({ phase: 'checking' });
  const { read, invalid } = await countRows(source);
  if (invalid > 0 && params['invalid'] === 'fail') throw await invalidRows(source, read, invalid);
  const kept = invalid === 0 ? 'true' : VALID;
  const dedupe = dedupeOf(params['dedupe']);
  const repeated = dedupe === undefined ? 0 : await findRepeats(connection, { from: ROWS, where: kept, ...dedupe, nullsAlike: true, into: REPEATED });
  const deduped = repeated === 0 ? kept : `${kept} AND ${ROW_NUMBER} NOT IN (SELECT row FROM ${REPEATED})`;
  const notUnique = await findNotUnique(source, deduped);
  const left = notUnique === 0 ? deduped : `${deduped} AND ${ROW_NUMBER} NOT IN (SELECT row FROM ${UNIQUE})`;

  context.progress({ phase: 'writing' });
  const columns = tableColumns(source.plan).map(({ name }) => sqlName(name));
  const value = await keepTable(context, connection, `SELECT ${columns.join(', ')} FROM ${ROWS} WHERE ${left} ORDER BY ${ROW_NUMBER}`);
  const quarantine = params['invalid'] === 'quarantine' ? await keepTable(context, connection, quarantineQuery(source, { invalid, notUnique })) : undefined;
  const counts = { read, invalid, notUnique, repeated };
  return {
    outputs: { value, ...(quarantine === undefined ? {} : { quarantine }) },
    warnings: warningsOf(counts, params),
    statistics: { ...counts },
  };
}

async function countRows({ connection, checks }: Source): Promise<{ read: number; invalid: number }> {
  const invalid = checks.length === 0 ? '0' : `count(*) FILTER (WHERE NOT ${VALID})`;
  const result = await connection.runAndReadAll(`SELECT count(*), ${invalid} FROM ${ROWS}`);
  const [read, wrong] = result.getRows()[0] ?? [];
  return { read: Number(read), invalid: Number(wrong) };
}

/** Makes the table of rows that break `unique`, when the source has it, and counts them. */
async function findNotUnique(source: Source, where: string): Promise<number> {
  const { connection, params } = source;
  const keys = uniqueKeys(params['unique']);
  const parts: string[] = [];
  for (const [index, key] of keys.entries()) {
    const into = `${UNIQUE}_${index}`;
    await findRepeats(connection, { from: ROWS, where, key, nullsAlike: false, into });
    const names = key.map((name) => `\`${name}\``).join(', ');
    parts.push(`SELECT row, ${index} AS key, ${sqlString(`${names} repeats row `)} || (first + 1) AS reason FROM ${into}`);
  }
  if (parts.length === 0) return 0;
  await connection.run(
    `CREATE TEMP TABLE ${UNIQUE} AS SELECT row, string_agg(reason, '; ' ORDER BY key) AS reason FROM (${parts.join(' UNION ALL ')}) GROUP BY row`,
  );
  const result = await connection.runAndReadAll(`SELECT count(*) FROM ${UNIQUE}`);
  const count = Number(result.getRows()[0]?.[0]);
  if (count === 0 || params['invalid'] !== 'fail') return count;
  const first = await connection.runAndReadAll(`SELECT row + 1, reason FROM ${UNIQUE} ORDER BY row LIMIT 3`);
  throw new StepError(
    `${rowsAre(count)} not unique: ${listRows(first.getRows(), count)}`,
    'say `dedupe` to keep the first of them, or `invalid: drop` or `invalid: quarantine` to take the others out',
  );
}

async function invalidRows({ connection, context, checks }: Source, read: number, invalid: number): Promise<StepError> {
  const result = await connection.runAndReadAll(
    `SELECT ${ROW_NUMBER} + 1, ${reasonsOf(checks)} FROM ${ROWS} WHERE NOT ${VALID} ORDER BY ${ROW_NUMBER} LIMIT 3`,
  );
  const share = `${invalid.toLocaleString('en-US')} of ${read.toLocaleString('en-US')} rows ${invalid === 1 ? 'is' : 'are'}`;
  if (context.step.kind === 'images') {
    return new StepError(
      `${share} no image that can be taken: ${listRows(result.getRows(), invalid)}`,
      'mend or remove the files; say `size: [HEIGHT, WIDTH]` to bring all to one size; or `invalid: drop` or `invalid: quarantine` to go on without them',
    );
  }
  return new StepError(
    `${share} not as \`schema\` says: ${listRows(result.getRows(), invalid)}`,
    'mend the rows, say `?` after a type that may be null, or `invalid: drop` or `invalid: quarantine` to go on without them',
  );
}

function rowsAre(count: number): string {
  return count === 1 ? '1 row is' : `${count.toLocaleString('en-US')} rows are`;
}

function listRows(rows: readonly (readonly unknown[])[], all: number): string {
  const shown = rows.map(([row, reason]) => `row ${String(row)}: ${String(reason)}`).join('; ');
  return all > rows.length ? `${shown}; …` : shown;
}

function reasonsOf(checks: readonly RowCheck[]): string {
  if (checks.length === 0) return `''`;
  return `concat_ws('; ', ${checks.map(({ holds, reason }) => `CASE WHEN NOT (${holds}) THEN ${reason} END`).join(', ')})`;
}

function quarantineQuery({ plan, checks }: Source, { invalid, notUnique }: Pick<Counts, 'invalid' | 'notUnique'>): string {
  const columns = quarantineColumns(plan);
  const [reason = '', row = ''] = columns.slice(-2).map(({ name }) => sqlName(name));
  const read = plan.columns.map(({ read: { name }, expression }, index) => (expression === undefined ? sqlName(name) : `${sqlName(rawName(index))} AS ${sqlName(name)}`));
  const select = (why: string, from: string, where: string): string =>
    `SELECT ${[...read, `${why} AS ${reason}`, `CAST(${ROW_NUMBER} + 1 AS BIGINT) AS ${row}`].join(', ')} FROM ${from} WHERE ${where}`;
  const wrong = select(reasonsOf(checks), ROWS, invalid === 0 ? 'false' : `NOT ${VALID}`);
  if (notUnique === 0) return `${wrong} ORDER BY ${row}`;
  const repeats = select('u.reason', `${ROWS} JOIN ${UNIQUE} AS u ON u.row = ${ROW_NUMBER}`, 'true');
  return `${wrong} UNION ALL ${repeats} ORDER BY ${row}`;
}

function warningsOf({ read, invalid, notUnique }: Counts, params: JsonObject): string[] {
  const out = invalid + notUnique;
  if (out === 0) return [];
  const did = params['invalid'] === 'quarantine' ? 'put into quarantine' : 'dropped';
  return [`${out.toLocaleString('en-US')} of ${read.toLocaleString('en-US')} rows ${out === 1 ? 'was' : 'were'} ${did}: not as the source declares`];
}

/** The key of `dedupe`, and the order of SQL in which the row that stays is the first of those that share it. */
function dedupeOf(value: Json | undefined): { readonly key: readonly string[]; readonly order?: string } | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return { key: columnNames(value) };
  const { key, keep } = value as { readonly key: Json; readonly keep?: 'first' | 'last' | { readonly $call: 'max' | 'min'; readonly column: { readonly $column: string } } };
  if (keep === undefined || keep === 'first') return { key: columnNames(key) };
  if (keep === 'last') return { key: columnNames(key), order: `${ROW_NUMBER} DESC` };
  return { key: columnNames(key), order: `${sqlName(keep.column.$column)} ${keep.$call === 'max' ? 'DESC' : 'ASC'} NULLS LAST, ${ROW_NUMBER}` };
}

function columnNames(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map((item: Json) => (item as { $column: string }).$column) : [];
}

/** `[a, b]`: each is a key; `[[a, b]]`: the pair is. */
function uniqueKeys(value: Json | undefined): string[][] {
  return Array.isArray(value) ? value.map((item: Json) => columnNames(Array.isArray(item) ? item : [item])) : [];
}
