import type { DuckDBConnection } from '@duckdb/node-api';
import type { PartName } from '../../compiler/types.ts';
import { columnOf, inputOf, withDuckDB, type TableContext } from '../../runtime/data/load-table.ts';
import type { Feature } from '../../runtime/data/matrix.ts';
import { appendColumns } from '../../runtime/engines/duckdb/append-columns.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import type { ColumnArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { fittedOf, loadFeatures } from './load-features.ts';

/** How a file is written, by its extension. */
const FORMATS: Readonly<Record<string, string>> = {
  '.parquet': 'FORMAT parquet',
  '.csv': 'FORMAT csv, HEADER true',
  '.ndjson': 'FORMAT json',
};

/** The extensions that `exportFeatures` writes. */
export const EXPORT_EXTENSIONS: readonly string[] = Object.keys(FORMATS);

/** The features to be written: those that arrive in an input, for one part of the split. */
export interface ExportOptions {
  readonly slot: string;
  readonly part: PartName;
  /** A path that ends with one of `EXPORT_EXTENSIONS`. */
  readonly out: string;
}

/** Writes a part's features as a trainer sees them, by name (categories as text, missing as null), then the target. */
export async function exportFeatures(context: TableContext, { slot, part, out }: ExportOptions): Promise<void> {
  const format = Object.entries(FORMATS).find(([extension]) => out.endsWith(extension))?.[1];
  if (format === undefined) throw new Error(`features are written as ${EXPORT_EXTENSIONS.join(', ')}`);
  const { [part]: loaded } = await loadFeatures(context, slot, { parts: [part] });
  const name = fittedOf(context, slot).target;
  const { sql } = columnOf(inputOf(context, `${slot}.table`, 'table'), name);
  const { features } = loaded.matrix;
  const { target } = loaded;
  const columns: Exported[] = [
    ...features.map((feature) => ({ name: feature.name, ...contentOf(feature) })),
    target.kind === 'classes' ? { name, array: target.codes, levels: target.classes, type: sql } : { name, array: target.values, type: sql },
  ];
  await withDuckDB(context, (connection) => writeColumns(connection, columns, `${sqlString(out)} (${format})`), 1);
}

interface Exported {
  readonly name: string;
  readonly array: ColumnArray;
  /** The texts that the codes of `array` stand for. */
  readonly levels?: readonly string[];
  /** The type in the file, where it is not the array's, or text for codes. */
  readonly type?: string;
}

function contentOf(feature: Feature): Omit<Exported, 'name'> {
  return feature.kind === 'category' ? { array: feature.codes, levels: feature.levels } : { array: feature.values };
}

/** Codes become texts by a join with their levels, which is many times faster than looking each up in a list. */
async function writeColumns(connection: DuckDBConnection, columns: readonly Exported[], to: string): Promise<void> {
  const rows = columns[0]?.array.length ?? 0;
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  await appendColumns(connection, 'matrix', [...columns.map(({ array }) => array), order]);
  const select: string[] = [];
  const joins: string[] = [];
  for (const [i, { name, array, levels, type }] of columns.entries()) {
    const cell = `matrix.c${i}`;
    const isFloat = array instanceof Float32Array || array instanceof Float64Array;
    if (levels !== undefined) {
      const texts = `[${levels.map(sqlString).join(', ')}]::VARCHAR[]`;
      await connection.run(`CREATE TEMP TABLE levels${i} AS SELECT unnest(${texts}) AS level, unnest(range(${levels.length})) AS code`);
      joins.push(`LEFT JOIN levels${i} ON levels${i}.code = ${cell}`);
    }
    const value = levels !== undefined ? `levels${i}.level` : isFloat ? `nullif(${cell}, 'nan')` : cell;
    select.push(`${type === undefined ? value : `(${value})::${type}`} AS ${sqlName(name)}`);
  }
  await connection.run(`COPY (SELECT ${select.join(', ')} FROM matrix ${joins.join(' ')} ORDER BY matrix.c${columns.length}) TO ${to}`);
}
