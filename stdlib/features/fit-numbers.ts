import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError } from '../../compiler/kinds/run.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import type { FittedNumber, FittedScale, NumberType } from './fitted.ts';
import type { Imputation, Scaling } from './prepare-params.ts';

/** A column of numbers, and what is to be fitted for it. */
export interface NumberPlan {
  readonly column: string;
  readonly type: NumberType;
  readonly impute?: Imputation;
  readonly scale?: Scaling;
}

/**
 * Fits imputation and scaling of numbers to the rows of `from`. Sums are Kahan's over rows in order, so that the last
 * digit is settled too: the connection must have one thread.
 */
export async function fitNumbers(connection: DuckDBConnection, from: string, plans: readonly NumberPlan[]): Promise<FittedNumber[]> {
  const imputes = await fitImputes(connection, from, plans);
  const scales = await fitScales(connection, from, plans, imputes);
  return plans.map(({ column, type }, i) => {
    const impute = imputes[i];
    const scale = scales[i];
    return { kind: 'number', column, type, ...(impute === undefined ? {} : { impute }), ...(scale === undefined ? {} : { scale }) };
  });
}

/** What a missing value becomes, for each plan. */
async function fitImputes(connection: DuckDBConnection, from: string, plans: readonly NumberPlan[]): Promise<(number | undefined)[]> {
  const fitted = plans.filter((plan) => typeof plan.impute === 'string');
  const values = await selectNumbers(connection, from, fitted.map((plan) => imputeSql(plan, from)));
  return plans.map(({ column, impute }) => {
    if (impute === undefined) return undefined;
    if (typeof impute !== 'string') return Number(impute.value);
    const value = values[fitted.findIndex((plan) => plan.column === column)];
    if (value === null || value === undefined) throw noValues(column, impute);
    return value;
  });
}

function imputeSql(plan: NumberPlan, from: string): string {
  const value = valueSql(plan);
  switch (plan.impute) {
    case 'mean':
      return `favg(${value})`;
    case 'median':
      return `median(${value})`;
    default:
      return `(SELECT v FROM (SELECT ${value} AS v, count(*) AS n FROM ${from} GROUP BY v) WHERE v IS NOT NULL ORDER BY n DESC, v LIMIT 1)`;
  }
}

/** A number that is NULL where it is missing. */
function valueSql({ column, type }: NumberPlan): string {
  const value = `${sqlName(column)}::DOUBLE`;
  return type === 'float' || type === 'real' ? `nullif(${value}, 'nan'::DOUBLE)` : value;
}

/** The error for a column without any value to learn from. */
export function noValues(column: string, what: string): StepError {
  return new StepError(`\`${column}\` has no value in the training rows, so there is nothing to take its ${what} from`, `drop it, or impute a constant: \`${column}: constant(…)\``);
}

async function fitScales(
  connection: DuckDBConnection,
  from: string,
  plans: readonly NumberPlan[],
  imputes: readonly (number | undefined)[],
): Promise<(FittedScale | undefined)[]> {
  const imputed = plans.map((plan, i) => {
    const impute = imputes[i];
    return impute === undefined ? valueSql(plan) : `coalesce(${valueSql(plan)}, ${sqlNumber(impute)})`;
  });
  const firsts = await selectNumbers(
    connection,
    from,
    plans.flatMap(({ scale }, i) => {
      const value = imputed[i] ?? '';
      return scale === 'standard' ? [`count(${value})`, `favg(${value})`] : scale === 'min_max' ? [`min(${value})`, `max(${value})`] : [];
    }),
  );
  const scaled = plans.filter((plan) => plan.scale !== undefined);
  const pair = (plan: NumberPlan): [number, number] => {
    const at = scaled.indexOf(plan) * 2;
    const [a, b] = [firsts[at], firsts[at + 1]];
    if (a === null || a === undefined || b === null || b === undefined) throw noValues(plan.column, 'scale');
    return [a, b];
  };
  const standard = plans.filter((plan) => plan.scale === 'standard');
  const variances = await selectNumbers(
    connection,
    from,
    standard.map((plan) => `favg(pow(${imputed[plans.indexOf(plan)] ?? ''} - ${sqlNumber(pair(plan)[1])}, 2))`),
  );
  return plans.map((plan) => {
    if (plan.scale === undefined) return undefined;
    const [a, b] = pair(plan);
    if (plan.scale === 'min_max') return { kind: 'min_max', min: a, range: b - a < 10 * Number.EPSILON ? 1 : b - a };
    const variance = variances[standard.indexOf(plan)] ?? 0;
    return { kind: 'standard', mean: b, std: isConstant(variance, b, a) ? 1 : Math.sqrt(variance) };
  });
}

/** Whether a variance is but rounding: the bound of scikit-learn's `_is_constant_feature`. A constant is not scaled. */
function isConstant(variance: number, mean: number, rows: number): boolean {
  return variance <= rows * Number.EPSILON * variance + (rows * mean * Number.EPSILON) ** 2;
}

function sqlNumber(value: number): string {
  return `'${value}'::DOUBLE`;
}

/** One row of numbers, each an expression over `from`. */
async function selectNumbers(connection: DuckDBConnection, from: string, expressions: readonly string[]): Promise<(number | null)[]> {
  if (expressions.length === 0) return [];
  const reader = await connection.runAndReadAll(`SELECT ${expressions.map((sql) => `(${sql})::DOUBLE`).join(', ')} FROM ${from}`);
  return (reader.getRows()[0] ?? []) as (number | null)[];
}
