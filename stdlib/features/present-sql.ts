import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import type { FittedFeature } from './fitted.ts';

/** An expression of SQL, NULL where the value is missing, and else the value; dates are microseconds since 1970. */
export function presentSql({ column, kind, type }: Pick<FittedFeature, 'column' | 'kind' | 'type'>): string {
  const name = sqlName(column);
  if (kind === 'number') return type === 'float' || type === 'real' ? `nullif(${name}::DOUBLE, 'nan'::DOUBLE)` : `${name}::DOUBLE`;
  if (kind !== 'date') return `${name}::VARCHAR`;
  if (type === 'time') return `epoch_us(${name})`;
  return `CASE WHEN isfinite(${name}) THEN epoch_us(${name}${type === 'date' ? '::TIMESTAMP' : ''}) END`;
}
