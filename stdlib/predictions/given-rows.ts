import { extname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError } from '../../compiler/kinds/run.ts';
import { renderColumnType, type Column } from '../../compiler/types.ts';
import type { JsonObject } from '../../compiler/json.ts';
import { didYouMean } from '../../grammar/diagnostics/nearest.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { describeFiles } from '../../runtime/engines/duckdb/describe-files.ts';
import { readArrow } from '../../runtime/engines/duckdb/read-arrow.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { readerCall, type FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';
import type { ImageShape } from '../../runtime/engines/images/decode-image.ts';
import { PROBLEM, readImages } from '../../runtime/engines/images/read-images.ts';
import { convert, type TextFormats } from '../sources/convert.ts';
import type { DeclaredType } from '../sources/declared-type.ts';
import { convertRows, fromPath } from '../sources/read-rows.ts';
import { partitionOf, PATH_COLUMN, rawName, readAs, type SourceColumn } from '../sources/source-columns.ts';
import { otherShape } from './warnings.ts';

/** A column that the rows should have. */
export interface WantedColumn {
  readonly name: string;
  /** The exact type in DuckDB. */
  readonly sql: string;
  readonly declared: DeclaredType;
  /** Whether it may be absent: its values are missing then. */
  readonly optional: boolean;
  /** What of the file's path says it, where the file itself does not. */
  readonly origin?: 'filename' | 'partition';
}

/** The file of rows, and what is expected of it. */
export interface GivenFile {
  readonly path: string;
  /** As a person knows it. */
  readonly shown: string;
  /** What the rows should be in the shape of. */
  readonly shape: string;
  /** The source that SQL makes that shape from, whose rows could be given instead. */
  readonly madeFrom?: string;
  readonly wanted: readonly WantedColumn[];
  /** Every column of that shape, whether it is wanted or not. */
  readonly known: readonly string[];
  /** How texts are written, where the file is of the same format as a source that says so. */
  readonly options: (format: FileFormat) => JsonObject;
  readonly formats: TextFormats;
  /** Whether each row is to carry its number, as `ROW_NUMBER`. */
  readonly numbered: boolean;
}

/** Rows of a file, as something to be queried. */
export interface GivenRows {
  /** A query for the wanted columns, by their names, each of its type; what was read beside them. */
  readonly select: string;
  /** The wanted columns that are there, in the order of `select`. */
  readonly columns: readonly SourceColumn[];
  /** Wanted columns that are not there. */
  readonly absent: readonly string[];
  /** Columns of the file that its shape does not have. */
  readonly unknown: readonly string[];
}

const FORMATS: Readonly<Record<string, FileFormat>> = {
  '.parquet': 'parquet',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.arrow': 'arrow',
  '.feather': 'arrow',
  '.png': 'images',
  '.jpg': 'images',
  '.jpeg': 'images',
};

/** Opens a file of rows, whatever of the formats it has. What it lacks or has of a type that cannot be read is an error. */
export async function openGivenRows(connection: DuckDBConnection, file: GivenFile, rowNumber: string): Promise<GivenRows> {
  const format = formatOf(file);
  const options = file.options(format);
  const described = await describeFiles(connection, { need: 'describe', format, files: [{ path: file.path, digest: '', bytes: 0 }], options });
  if (!described.ok) throw new StepError(described.message, described.hint);
  const { columns, absent, unknown } = matchColumns(file, format, described.columns);
  const path = sqlString(file.path);
  const read = columns.map(({ origin, read: { name } }) => (origin === undefined ? sqlName(name) : `${fromPath(origin, name, path)} AS ${sqlName(name)}`));
  const { from, number } = await openFile(connection, { format, path: file.path, options, described: described.columns });
  const numbers = file.numbered ? [`${number} AS ${rowNumber}`] : [];
  const rows = convertRows(`SELECT ${[...read, ...numbers].join(', ') || '1'} FROM ${from}`, columns, file.numbered ? [rowNumber] : []);
  const named = columns.flatMap(({ column, read: from, expression }) =>
    column === undefined || expression !== undefined || column.name === from.name ? [] : [`${sqlName(from.name)} AS ${sqlName(column.name)}`],
  );
  const missing = file.wanted.flatMap(({ name, sql }) => (absent.includes(name) ? [`NULL::${sql} AS ${sqlName(name)}`] : []));
  return { select: `SELECT *${[...named, ...missing].map((column) => `, ${column}`).join('')} FROM (${rows})`, columns, absent, unknown };
}

interface OpenedFile {
  readonly format: FileFormat;
  readonly path: string;
  readonly options: JsonObject;
  readonly described: readonly Column[];
}

/** What stands behind FROM, and the number of a row in it. Arrow, which DuckDB does not read, is brought into a table, which may go to the disk. */
async function openFile(connection: DuckDBConnection, { format, path, options, described }: OpenedFile): Promise<{ readonly from: string; readonly number: string }> {
  if (format === 'arrow') return { from: `(${await readArrow(connection, { paths: [path], limit: Infinity, into: '__mlp_arrow', pathColumn: PATH_COLUMN })})`, number: ROW_NUMBER };
  if (format === 'images') return { from: `(${await readImage(connection, { path, options, described })})`, number: ROW_NUMBER };
  const typed = format === 'parquet' ? {} : { columns: described.map((column) => readAs(format, column)) };
  const from = await readerCall(connection, { format, paths: [path], options, ...typed });
  // A text has no numbers of rows: they are counted as they come.
  return { from, number: format === 'parquet' ? 'file_row_number' : 'row_number() OVER () - 1' };
}

/** An image is a row, and one that cannot be taken is none. */
async function readImage(connection: DuckDBConnection, { path, options, described }: Omit<OpenedFile, 'format'>): Promise<string> {
  const shape = described.find((column) => column.shape !== undefined)?.shape as ImageShape;
  const rows = await readImages(connection, { paths: [path], options, limit: 1, shape, into: '__mlp_images' });
  const problem = (await connection.runAndReadAll(`SELECT ${PROBLEM} FROM (${rows})`)).getRows()[0]?.[0];
  if (typeof problem === 'string') throw new StepError(problem);
  return rows;
}

function formatOf({ path, shown }: GivenFile): FileFormat {
  const extension = extname(path.replace(/\.(gz|zst)$/i, '')).toLowerCase();
  const format = FORMATS[extension];
  if (format !== undefined) return format;
  throw new StepError(
    extension === '' ? `\`${shown}\` has no extension that says its format` : `rows are not read from \`${extension}\``,
    `what fits: ${Object.keys(FORMATS).map((one) => `\`${one}\``).join(', ')}`,
  );
}

/** Finds each wanted column in the file, and how it becomes what it should be. */
function matchColumns(file: GivenFile, format: FileFormat, described: readonly Column[]) {
  const { path, wanted, known, shown, shape, formats } = file;
  const byName = new Map(described.map((column) => [column.name.toLowerCase(), column]));
  const knownNames = new Set(known.map((name) => name.toLowerCase()));
  const unknown = described.map(({ name }) => name).filter((name) => !knownNames.has(name.toLowerCase()));
  const columns: SourceColumn[] = [];
  const absent: WantedColumn[] = [];
  for (const column of wanted) {
    const found = byName.get(column.name.toLowerCase());
    const matching = { index: columns.length, formats, shown, shape };
    if (found !== undefined) columns.push(matchColumn(column, readAs(format, found), matching));
    else if (column.origin !== undefined && saysPath(path, column)) columns.push({ origin: column.origin, ...matchColumn(column, { name: column.name, type: { kind: 'string' }, nullable: true, sql: 'VARCHAR' }, matching) });
    else absent.push(column);
  }
  const required = absent.filter(({ optional }) => !optional);
  if (required.length > 0) throw lacking(file, required, unknown);
  return { columns, absent: absent.map(({ name }) => name), unknown };
}

function saysPath(path: string, { name, origin }: WantedColumn): boolean {
  return origin === 'filename' || (origin === 'partition' && partitionOf(path, name) !== undefined);
}

interface Matching {
  readonly index: number;
  readonly formats: TextFormats;
  readonly shown: string;
  readonly shape: string;
}

function matchColumn({ name, sql, declared }: WantedColumn, read: Column, { index, formats, shown, shape }: Matching): SourceColumn {
  const raw = sqlName(rawName(index));
  const conversion = declared.type.kind === 'other' ? { sql: read.sql } : convert(raw, read, declared.type, formats);
  if (conversion === undefined) {
    throw new StepError(`\`${name}\` is ${renderColumnType(read.type)} in \`${shown}\`, and ${renderColumnType(declared.type)} in \`${shape}\``, 'give it values of that type');
  }
  const column: Column = { name, type: declared.type, nullable: declared.nullable, sql };
  // Whole numbers may be wider than those of training; of other types the width shows in the values.
  const expression = 'expression' in conversion ? conversion.expression : undefined;
  const narrowed = declared.type.kind !== 'int' && conversion.sql !== sql ? `TRY_CAST(${expression ?? raw} AS ${sql})` : expression;
  return { read, column, declared, ...(narrowed === undefined ? {} : { expression: narrowed }) };
}

function lacking({ shown, shape, madeFrom }: GivenFile, columns: readonly WantedColumn[], unknown: readonly string[]): StepError {
  const names = columns.map(({ name }) => name);
  const listed = names.map((name) => `\`${name}\``).join(', ');
  const near = names.flatMap((name) => {
    const suggestion = didYouMean(name, unknown);
    return suggestion === undefined ? [] : [names.length === 1 ? suggestion : `\`${name}\`: ${suggestion}`];
  });
  const folder = columns.find(({ origin }) => origin === 'partition')?.name;
  const hint =
    near.length > 0
      ? near.join('; ')
      : folder !== undefined
        ? `\`${shape}\` has it from the folders of its files: give the file in a folder \`${folder}=…\`, or rows with a column \`${folder}\``
        : madeFrom === undefined
          ? `rows are to be in the shape of \`${shape}\`; without ${names.length === 1 ? 'it' : 'them'} nothing can be predicted`
          : otherShape(shape, madeFrom);
  return new StepError(`\`${shown}\` has no ${names.length === 1 ? 'column' : 'columns'} ${listed}, which the features are made from`, hint);
}
