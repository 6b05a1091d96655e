import type { DuckDBArrayVector, DuckDBConnection } from '@duckdb/node-api';
import { sqlName } from '../duckdb/connect.ts';

/** An image, or why there is none. */
export interface ImageRow {
  readonly values: readonly (string | number | null)[];
  readonly pixels?: Uint8Array;
  readonly problem?: string;
}

/** Rows for a table. */
export interface AppendImages {
  /** The temporary table to be made, with these columns and `pixels` behind them. */
  readonly into: string;
  /** Of the rows' values, and behind them of the problem. */
  readonly columns: Readonly<Record<string, 'VARCHAR' | 'INTEGER'>>;
  /** That an image has. */
  readonly numbers: number;
  readonly rows: AsyncGenerator<ImageRow>;
}

/** Bytes of pixels, and rows, that are held before they are appended. */
const [MOST_BYTES, MOST_ROWS] = [2 ** 23, 2048];

/** Makes a temporary table of images, in memory that does not grow with them: what is more goes to the disk. */
export async function appendImages(connection: DuckDBConnection, { into, columns, numbers, rows }: AppendImages): Promise<void> {
  const duckdb = await import('../duckdb/duckdb.ts');
  const types = [...Object.values(columns).map((type) => duckdb[type]), duckdb.ARRAY(duckdb.UTINYINT, numbers)];
  await connection.run(`CREATE TEMP TABLE ${into} (${[...Object.entries(columns).map(([name, type]) => `${sqlName(name)} ${type}`), `pixels UTINYINT[${numbers}]`].join(', ')})`);
  const appender = await connection.createAppender(into);
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_BYTES / numbers)));
  const append = (held: readonly ImageRow[]): void => {
    if (held.length === 0) return;
    const chunk = duckdb.DuckDBDataChunk.create(types, held.length);
    for (let column = 0; column < types.length - 1; column++) {
      const vector = chunk.getColumnVector(column) as unknown as { readonly setItem: (index: number, value: unknown) => void; readonly flush: () => void };
      held.forEach(({ values, problem }, row) => vector.setItem(row, column < values.length ? values[column] : (problem ?? null)));
      vector.flush();
    }
    const pixels = chunk.getColumnVector(types.length - 1) as DuckDBArrayVector;
    // All images of a chunk lie in one array, one after the other.
    const { items } = (pixels as unknown as { readonly childData: { readonly items: Uint8Array } }).childData;
    held.forEach((row, i) => items.fill(0, i * numbers, (i + 1) * numbers).set(row.pixels ?? [], i * numbers));
    pixels.flush();
    appender.appendDataChunk(chunk);
    appender.flushSync();
  };
  let held: ImageRow[] = [];
  for await (const row of rows) {
    held.push(row);
    if (held.length < most) continue;
    append(held);
    held = [];
  }
  append(held);
  appender.closeSync();
}
