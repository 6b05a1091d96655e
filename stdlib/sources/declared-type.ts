import type { JsonObject } from '../../compiler/json.ts';
import type { ColumnType } from '../../compiler/types.ts';

/** A type as `schema` says it. */
export interface DeclaredType {
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** A condition in SQL that rows have to meet. */
  readonly where?: string;
}

/** Undoes the encoding of a type: `{ "$type": name, "nullable": boolean, … }`. */
export function decodeType(encoded: JsonObject): DeclaredType {
  const where = encoded['where'];
  return {
    type: columnType(encoded),
    nullable: encoded['nullable'] === true,
    ...(typeof where === 'string' ? { where } : {}),
  };
}

function columnType(encoded: JsonObject): ColumnType {
  const name = encoded['$type'] as ColumnType['kind'];
  switch (name) {
    case 'decimal':
      return { kind: 'decimal', precision: Number(encoded['precision']), scale: Number(encoded['scale']) };
    case 'list': {
      const item = decodeType(encoded['item'] as JsonObject);
      return { kind: 'list', item: item.type, nullable: item.nullable };
    }
    case 'struct':
      return {
        kind: 'struct',
        fields: Object.entries(encoded['fields'] as JsonObject).map(([field, inner]) => {
          const { type, nullable } = decodeType(inner as JsonObject);
          return { name: field, type, nullable, sql: sqlOf(type) };
        }),
      };
    default:
      return { kind: name };
  }
}

/** The type of DuckDB in which a declared type is kept. */
export function sqlOf(type: ColumnType): string {
  switch (type.kind) {
    case 'int':
      return 'BIGINT';
    case 'float':
      return 'DOUBLE';
    case 'bool':
      return 'BOOLEAN';
    case 'string':
      return 'VARCHAR';
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'list':
      return `${sqlOf(type.item)}[]`;
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `"${field.name.replaceAll('"', '""')}" ${field.sql}`).join(', ')})`;
    case 'other':
      throw new Error('no declared type is `other`');
  }
}
