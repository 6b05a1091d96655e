import type { DuckDBType } from '@duckdb/node-api';
import { StepError } from '../../../compiler/kinds/run.ts';
import { sqlName } from './connect.ts';

/**
 * Types that Parquet cannot hold as they are, and what holds them without loss: DuckDB would write a HUGEINT as a
 * DOUBLE and the microseconds of an INTERVAL not at all. `tableView` casts them back.
 */
const STORED_AS: Readonly<Record<string, string>> = {
  HUGEINT: 'DECIMAL(38,0)',
  UHUGEINT: 'DECIMAL(38,0)',
  INTERVAL: 'VARCHAR',
  BIT: 'VARCHAR',
  BIGNUM: 'VARCHAR',
  'TIME WITH TIME ZONE': 'VARCHAR',
};

/**
 * The expression whose value is written for a column: of a type that Parquet holds, with one zero and one NaN for
 * floats, so that equal values are equal bytes. `undefined` where the value is written as it is.
 */
export function storedExpression(value: string, type: DuckDBType, depth = 0): string | undefined {
  if ('entryNames' in type) return storedStruct(value, type.entryNames, type.entryTypes, depth);
  if ('keyType' in type) {
    const keys = storedList(`map_keys(${value})`, type.keyType, depth);
    const values = storedList(`map_values(${value})`, type.valueType, depth);
    if (keys === undefined && values === undefined) return undefined;
    return `CASE WHEN ${value} IS NOT NULL THEN map(${keys ?? `map_keys(${value})`}, ${values ?? `map_values(${value})`}) END`;
  }
  if ('memberTags' in type) {
    throw new StepError('a UNION cannot be kept in a table', 'choose one of its members in SQL, as in `union_extract(u, \'num\') AS num`');
  }
  if ('valueType' in type) return storedList(value, type.valueType, depth);
  const name = type.toString();
  if (name === 'FLOAT' || name === 'DOUBLE') {
    return `CASE WHEN isnan(${value}) THEN 'nan'::${name} ELSE ${value} + 0::${name} END`;
  }
  const stored = STORED_AS[name];
  return stored === undefined ? undefined : `CAST(${value} AS ${stored})`;
}

function storedList(list: string, item: DuckDBType, depth: number): string | undefined {
  const element = `e${depth}`;
  const stored = storedExpression(element, item, depth + 1);
  return stored === undefined ? undefined : `list_transform(${list}, lambda ${element}: ${stored})`;
}

function storedStruct(value: string, names: readonly string[], types: readonly DuckDBType[], depth: number): string | undefined {
  const fields = names.map((name, i) => {
    const field = `(${value}).${sqlName(name)}`;
    return { name, field, stored: storedExpression(field, types[i] as DuckDBType, depth) };
  });
  if (fields.every(({ stored }) => stored === undefined)) return undefined;
  const packed = fields.map(({ name, field, stored }) => `${sqlName(name)} := ${stored ?? field}`);
  return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${packed.join(', ')}) END`;
}
