import type { BoundParam, ParamType, ParamValue } from '../program.ts';

/** A param's value as an SQL expression of its declared type. */
export function sqlLiteral({ type, value }: Pick<BoundParam, 'type' | 'value'>): string {
  if (value === null) return `CAST(NULL AS ${sqlType(type)})`;
  switch (type.kind) {
    case 'int':
      return `CAST(${String(value)} AS BIGINT)`;
    case 'float':
      return `CAST('${String(value)}' AS DOUBLE)`;
    case 'bool':
      return value === true ? 'TRUE' : 'FALSE';
    case 'string':
      return quoted(String(value));
    case 'date':
      return `DATE ${quoted(String(value))}`;
    case 'timestamp':
      return `TIMESTAMP ${quoted(String(value))}`;
    case 'list': {
      const items = value as readonly ParamValue[];
      const { item } = type;
      if (items.length === 0 && item !== undefined) return `CAST([] AS ${sqlType(type)})`;
      return `[${items.map((one) => sqlLiteral({ type: item ?? typeOfValue(one), value: one })).join(', ')}]`;
    }
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function sqlType(type: ParamType): string {
  if (type.kind === 'list') return `${type.item === undefined ? 'VARCHAR' : sqlType(type.item)}[]`;
  return { int: 'BIGINT', float: 'DOUBLE', bool: 'BOOLEAN', string: 'VARCHAR', date: 'DATE', timestamp: 'TIMESTAMP' }[type.kind];
}

/** Of a value in a list that does not say what it holds. */
function typeOfValue(value: ParamValue): ParamType {
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'int' : 'float' };
  if (typeof value === 'boolean') return { kind: 'bool' };
  return { kind: Array.isArray(value) ? 'list' : 'string' };
}
