import { StepError, type RunContext } from '../../compiler/kinds/run.ts';
import type { BlobRef, SplitArtifact } from '../../compiler/plan/artifact.ts';
import type { PartName } from '../../compiler/types.ts';
import { NO_PART, PART_NAMES } from '../../runtime/data/load-parts.ts';
import { withDuckDB } from '../../runtime/data/load-table.ts';
import type { Target } from '../../runtime/data/matrix.ts';
import { appendColumns } from '../../runtime/engines/duckdb/append-columns.ts';
import { sqlString } from '../../runtime/engines/duckdb/connect.ts';

/** Rows and classes of each part; rows of no part are counted in none. */
export function describeParts(codes: Uint8Array, target: Target): SplitArtifact['parts'] {
  const rows = PART_NAMES.map(() => 0);
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
  const part = (code: number): SplitArtifact['parts'][PartName] => ({ rows: rows[code] ?? 0, classes: classes[code] ?? [] });
  return { train: part(0), validate: part(1), test: part(2) };
}

/**
 * Writes the part code of each row, and how often it counts where rows are repeated, on one thread, so that the file is the
 * same however many there are.
 */
export async function writeCodes(context: RunContext, codes: Uint8Array, times?: Uint16Array): Promise<BlobRef> {
  const path = context.temporaryFile('.parquet');
  await withDuckDB(
    context,
    async (connection) => {
      await appendColumns(connection, 'codes', times === undefined ? [codes] : [codes, times]);
      await connection.run(`COPY (SELECT c0 AS part${times === undefined ? '' : ', c1 AS times'} FROM codes) TO ${sqlString(path)} (FORMAT parquet, ROW_GROUP_SIZE 122880)`);
    },
    1,
  );
  return context.putFile(path);
}
