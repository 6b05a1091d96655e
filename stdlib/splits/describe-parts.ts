import { StepError, type RunContext } from '../../compiler/kinds/run.ts';
import type { BlobRef, SplitArtifact } from '../../compiler/plan/artifact.ts';
import type { PartName } from '../../compiler/types.ts';
import { NO_PART, PART_NAMES } from '../../runtime/data/load-parts.ts';
import { withDuckDB } from '../../runtime/data/load-table.ts';
import { queriesOf, type Target } from '../../runtime/data/matrix.ts';
import { appendColumns } from '../../runtime/engines/duckdb/append-columns.ts';
import { sqlString } from '../../runtime/engines/duckdb/connect.ts';
import type { ColumnArray } from '../../runtime/engines/duckdb/read-columns.ts';

/** Rows and classes, or queries, of each part; rows of no part are counted in none. */
export function describeParts(codes: Uint8Array, target: Target): SplitArtifact['parts'] {
  const rows = PART_NAMES.map(() => 0);
  const known = queriesOf(target);
  const queries = known === undefined ? undefined : countQueries(codes, known);
  const classes = PART_NAMES.map(() => new Array<number>(target.kind === 'classes' ? target.classes.length : 0).fill(0));
  for (let i = 0; i < codes.length; i++) {
    const part = codes[i] as number;
    if (part === NO_PART) continue;
    rows[part] = (rows[part] as number) + 1;
    if (target.kind === 'numbers') continue;
    const counts = classes[part] as number[];
    const code = target.codes[i] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  const empty = rows.indexOf(0);
  if (empty >= 0) {
    throw new StepError(
      `${codes.length.toLocaleString('en')} ${codes.length === 1 ? 'row leaves' : 'rows leave'} nothing for the part \`${PART_NAMES[empty] ?? ''}\``,
      'split a table with more rows',
    );
  }
  const part = (code: number): SplitArtifact['parts'][PartName] => ({ rows: rows[code] ?? 0, classes: classes[code] ?? [], ...(queries === undefined ? {} : { queries: queries[code] ?? 0 }) });
  return { train: part(0), validate: part(1), test: part(2) };
}

function countQueries(codes: Uint8Array, queries: Uint32Array): number[] {
  return PART_NAMES.map((_, part) => new Set(queries.filter((_query, row) => codes[row] === part)).size);
}

/** What a split says of each row. */
export interface RowCodes {
  /** The code of its part. */
  readonly part: Uint8Array;
  /** How often it counts, where rows are repeated. */
  readonly times?: Uint16Array;
  /** Of a ranking: the number of its query. */
  readonly query?: Uint32Array;
}

/** The queries of a ranking, as they are written. */
export function queryCodes(target: Target): Pick<RowCodes, 'query'> {
  const query = queriesOf(target);
  return query === undefined ? {} : { query };
}

/** Writes what a split says of each row, on one thread, so that the file is the same however many there are. */
export async function writeCodes(context: RunContext, codes: RowCodes): Promise<BlobRef> {
  const columns = Object.entries(codes).filter(([, values]) => values !== undefined) as [string, ColumnArray][];
  const path = context.temporaryFile('.parquet');
  await withDuckDB(
    context,
    async (connection) => {
      await appendColumns(connection, 'codes', columns.map(([, values]) => values));
      await connection.run(`COPY (SELECT ${columns.map(([name], i) => `c${i} AS ${name}`).join(', ')} FROM codes) TO ${sqlString(path)} (FORMAT parquet, ROW_GROUP_SIZE 122880)`);
    },
    1,
  );
  return context.putFile(path);
}
