import { renderColumnType, type ColumnType } from '../../compiler/types.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { rawName, type SourceColumn, type SourcePlan } from './source-columns.ts';

/** One thing that `schema` asks of every row. */
export interface RowCheck {
  readonly column: string;
  /** A condition in SQL that is true or false, never null. */
  readonly holds: string;
  /** Text in SQL that says, of a row where it does not hold, which column and why. */
  readonly reason: string;
}

/**
 * What `schema` asks of the rows. A condition that a null keeps from being true or false holds, as in SQL's own CHECK:
 * whether a null may be there is what `?` says.
 */
export function rowChecks(plan: SourcePlan): RowCheck[] {
  return plan.columns.flatMap((column, index) => checksOf(column, index));
}

function checksOf({ column, declared, expression }: SourceColumn, index: number): RowCheck[] {
  if (column === undefined || declared === undefined) return [];
  const value = sqlName(column.name);
  const raw = expression === undefined ? value : sqlName(rawName(index));
  const shown = `\`${column.name}\``;
  const isNull = sqlString(`${shown} is null`);
  const isOther = `${sqlString(`${shown} is not ${renderColumnType(declared.type)}: `)} || ${quoted(raw)}`;
  const checks: RowCheck[] = [];
  if (!declared.nullable) {
    const reason = expression === undefined ? isNull : `CASE WHEN ${raw} IS NULL THEN ${isNull} ELSE ${isOther} END`;
    checks.push({ column: column.name, holds: `${value} IS NOT NULL`, reason });
  } else if (expression !== undefined) {
    checks.push({ column: column.name, holds: `(${value} IS NOT NULL OR ${raw} IS NULL)`, reason: isOther });
  }
  const inside = nullInside(value, declared.type, 0);
  if (inside !== undefined) checks.push({ column: column.name, holds: `NOT ${inside}`, reason: `${sqlString(`${shown} holds a null: `)} || ${quoted(raw)}` });
  if (declared.where !== undefined) {
    const reason = `${sqlString(`${shown} is not as its \`where\` asks: `)} || coalesce(${quoted(value)}, 'null')`;
    checks.push({ column: column.name, holds: `((${declared.where}\n) IS NOT FALSE)`, reason });
  }
  return checks;
}

/** Whether a nested value has a null where its type has none; `undefined` where it cannot. */
function nullInside(value: string, type: ColumnType, depth: number): string | undefined {
  const found: string[] = [];
  if (type.kind === 'list') {
    const item = `item${depth}`;
    const within = nullInside(item, type.item, depth + 1);
    const wrong = [...(type.nullable ? [] : [`${item} IS NULL`]), ...(within === undefined ? [] : [within])];
    if (wrong.length > 0) found.push(`len(list_filter(${value}, lambda ${item}: ${wrong.join(' OR ')})) > 0`);
  }
  if (type.kind === 'struct') {
    for (const field of type.fields) {
      const inner = `(${value}).${sqlName(field.name)}`;
      if (!field.nullable) found.push(`(${value} IS NOT NULL AND ${inner} IS NULL)`);
      const within = nullInside(inner, field.type, depth);
      if (within !== undefined) found.push(within);
    }
  }
  return found.length === 0 ? undefined : `coalesce(${found.join(' OR ')}, false)`;
}

/** A value for people, cut to a length that fits in a message. */
function quoted(value: string): string {
  return `'\`' || left(CAST(${value} AS VARCHAR), 60) || '\`'`;
}
