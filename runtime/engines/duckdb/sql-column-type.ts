import type { Column, ColumnType } from '../../../compiler/types.ts';

const simple: Readonly<
  Record<string, ColumnType['kind'] & ('int' | 'float' | 'bool' | 'string' | 'date' | 'time' | 'timestamp')>
> = {
  TINYINT: 'int',
  SMALLINT: 'int',
  INTEGER: 'int',
  BIGINT: 'int',
  HUGEINT: 'int',
  UTINYINT: 'int',
  USMALLINT: 'int',
  UINTEGER: 'int',
  UBIGINT: 'int',
  UHUGEINT: 'int',
  FLOAT: 'float',
  DOUBLE: 'float',
  BOOLEAN: 'bool',
  VARCHAR: 'string',
  DATE: 'date',
  TIME: 'time',
  TIME_NS: 'time',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_NS: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamp',
};

/** The language's type of a type as DuckDB prints it, such as `DECIMAL(9,2)`, `INTEGER[]` or `STRUCT(a INTEGER)`. */
export function columnTypeOf(duckdbType: string): ColumnType {
  const text = duckdbType.trim();
  const kind = simple[text];
  if (kind !== undefined) return { kind };
  const array = /^(.*)\[\d*\]$/s.exec(text)?.[1];
  // The parts of a list and of a struct may always be null in DuckDB.
  if (array !== undefined) return { kind: 'list', item: columnTypeOf(array), nullable: true };
  const decimal = /^DECIMAL\((\d+), ?(\d+)\)$/.exec(text);
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (text.startsWith('ENUM(')) return { kind: 'string' };
  if (text.startsWith('STRUCT(') && text.endsWith(')'))
    return { kind: 'struct', fields: fieldsOf(text.slice('STRUCT('.length, -1)) };
  return { kind: 'other' };
}

const fieldName = /^\s*(?:"((?:[^"]|"")*)"|(\S+))\s+/;

function fieldsOf(text: string): readonly Column[] {
  return topLevelParts(text).map((part) => {
    const match = fieldName.exec(part);
    const sql = part.slice(match?.[0].length ?? 0).trim();
    const name = match?.[1]?.replaceAll('""', '"') ?? match?.[2] ?? '';
    return { name, type: columnTypeOf(sql), nullable: true, sql };
  });
}

/** Parts between commas that stand in no parentheses and no quotes. */
function topLevelParts(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[(),]/g)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (token === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}
