import type { JsonObject } from '../../compiler/json.ts';
import { boolean, call, column, columnTypes, described, either, integer, list, record, text, word, type ParamSchema, type RecordSchema } from '../../compiler/kinds/schema.ts';
import type { FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';

const sampleSize = described(integer({ min: -1 }), 'Rows that are looked at to find types; -1: all.', 20_480);
const compression = described(word('none', 'gzip', 'zstd'), 'How the files are compressed, where their names do not say it.');
const unionByName = 'Whether files may lack columns that others have; they are null there.';
const formats = either(text(), list(text(), { min: 1 }));
const dateFormats = {
  dateformat: described(formats, 'How dates are written, in the letters of `strptime`; of several formats the first that fits counts. ISO 8601 without it.'),
  timestampformat: described(formats, 'How timestamps are written, as for `dateformat`.'),
};

const csvOptions = {
  delim: described(text(), 'What separates values; without it, the most frequent of comma, tab, semicolon and bar in the first line.'),
  header: described(boolean(), 'Whether the first line names the columns.', true),
  names: described(list(text(), { min: 1 }), 'Names of the columns, where the first line does not give them.'),
  quote: described(text(), 'What stands around values; `""`: nothing does.', '"'),
  escape: described(text(), 'What stands before a quote inside a value.', '"'),
  comment: described(text(), 'What begins a line that is no row; `""`: nothing does.', ''),
  skip: described(integer({ min: 0 }), 'Lines to leave out at the top.', 0),
  nullstr: described(either(text(), list(text(), { min: 1 })), 'Texts that stand for null; an empty value does.', ''),
  null_padding: described(boolean(), 'Whether values that short lines lack are null.', false),
  max_line_size: described(integer({ min: 1 }), 'Bytes that a line may have.', 2_097_152),
  encoding: described({ ...text(), enum: ['utf-8', 'utf-16', 'latin-1'] }, 'How characters are written: `"utf-8"`, `"utf-16"` or `"latin-1"`.', 'utf-8'),
  compression,
  sample_size: sampleSize,
  union_by_name: described(boolean(), `${unionByName} Without it, all have the same first line.`),
  ...dateFormats,
};

const jsonOptions = {
  maximum_object_size: described(integer({ min: 1 }), 'Bytes that a record may have.', 16_777_216),
  compression,
  sample_size: sampleSize,
  union_by_name: described(boolean(), unionByName, false),
  ...dateFormats,
};

/** Options of each format, under the names of DuckDB's reader. */
const OPTIONS: Readonly<Record<FileFormat, Readonly<Record<string, ParamSchema>>>> = {
  csv: csvOptions,
  json: {
    format: described(word('auto', 'array', 'newline_delimited', 'unstructured'), 'How records stand in the file: in an array, one a line, or one after the other.', 'auto'),
    ...jsonOptions,
  },
  ndjson: jsonOptions,
  arrow: {},
  images: {
    size: described(list(integer({ min: 1 }), { min: 1 }), 'Height and width that every image is brought to, `[28, 28]`, by cubic interpolation over all that a new pixel covers; its proportions are not kept. Without it, all must have the size of the first.'),
    channels: described(word('gray', 'rgb'), 'One number a pixel or three. Without it, `rgb`, and for IDX files what they have.'),
    label: described(word('folder', 'none'), 'Where the label of a PNG or JPEG comes from: the name of the folder that it lies in.', 'folder'),
    image: described(text(), 'The column of Parquet files that holds the images, where several could.'),
  },
  parquet: { union_by_name: described(boolean(), unionByName, false) },
};

const keep = described(either(word('first', 'last'), call('max', { column: column() }, ['column']), call('min', { column: column() }, ['column'])), 'Which row stays; the `first` without it.');

/** What every source takes beside the options of its format. */
const shared = {
  limit: described(integer({ min: 0 }), 'The first rows that are read; all without it.'),
  schema: described(
    columnTypes(),
    'Types of columns. A value that is not of its type, a null where the type has no `?`, and a false `where` make a row invalid.',
  ),
  extra: described(word('keep', 'drop', 'fail'), 'What happens to columns that `schema` does not list.', 'keep'),
  dedupe: described(
    either(list(column(), { min: 1 }), record({ key: described(list(column(), { min: 1 }), 'Columns that are a key together.'), keep }, ['key'])),
    'Columns that are a key together: of rows that share it one stays. `keep` says which: the `first` of the files, the `last`, or the first of those with the greatest or least value of a column.',
  ),
  unique: described(list(either(column(), list(column(), { min: 1 })), { min: 1 }), 'Columns, or lists of columns, that no two rows share; the later ones are invalid.'),
  invalid: described(word('fail', 'drop', 'quarantine'), 'What happens to invalid rows; the quarantine is a table of its own, the part `quarantine`.', 'fail'),
  time: described(column(), 'The column that says when a row came to be known.'),
  partitions: described(columnTypes(), 'Columns that the names of folders tell, as in `region=eu/year=2001/rows.csv`, with their types; they stand behind those of the files.'),
  filename: described(boolean(), 'Whether the name of each row\'s file, without its folder, becomes the column `filename`.', false),
};

/** The parameters of a source of this format. */
export function sourceParams(format: FileFormat): RecordSchema {
  if (format !== 'images') return record({ ...OPTIONS[format], ...shared });
  const { filename: _, ...others } = shared;
  return record({ ...OPTIONS[format], ...others });
}

/** The options for the reader among a source's parameters. */
export function readerOptions(format: FileFormat, params: JsonObject): JsonObject {
  const names = Object.keys(OPTIONS[format]);
  return Object.fromEntries(Object.entries(params).filter(([name]) => names.includes(name)));
}
