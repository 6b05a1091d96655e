import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError } from '../../compiler/kinds/run.ts';
import type { FittedNumber, NumberType } from './fitted.ts';
import type { Bins, Clip, Imputation, Log, Scaling } from './prepare-params.ts';

/** A column of numbers, and what is to be fitted for it. */
export interface NumberPlan {
  readonly column: string;
  readonly type: NumberType;
  readonly drop?: true;
  readonly indicator?: string;
  readonly impute?: Exclude<Imputation, 'drop'>;
  readonly clip?: Clip;
  readonly log?: Log;
  readonly bins?: Bins;
  /** What bins become. */
  readonly as: 'ordinal' | 'one_hot' | 'native';
  readonly scale?: Scaling;
}

/** A number in the middle of being fitted. */
export interface FittingNumber {
  readonly plan: NumberPlan;
  /** Its value after what was fitted so far, an expression over a row; NULL is missing. */
  readonly sql: string;
  readonly fitted: FittedNumber;
}

/** The rows that are fitted to. */
export interface FitSource {
  readonly connection: DuckDBConnection;
  /** What stands behind FROM. */
  readonly from: string;
}

/** The error for a column without any value to learn from. */
export function noValues(column: string, what: string): StepError {
  return new StepError(`\`${column}\` has no value in the training rows, so there is nothing to take its ${what} from`, `drop it, or impute a constant: \`${column}: constant(…)\``);
}

/** A number that SQL reads back to the last bit. */
export function sqlNumber(value: number): string {
  return `'${value}'::DOUBLE`;
}

/** Expressions in a query: what it takes to plan one, and the memory that it asks for, grow faster than their number. */
export const AT_A_TIME = 100;

/** One row of numbers, each an expression over the rows that are fitted to. */
export async function selectNumbers({ connection, from }: FitSource, expressions: readonly string[]): Promise<(number | null)[]> {
  const numbers: (number | null)[] = [];
  for (let at = 0; at < expressions.length; at += AT_A_TIME) {
    const batch = expressions.slice(at, at + AT_A_TIME).map((sql) => `(${sql})::DOUBLE`);
    const reader = await connection.runAndReadAll(`SELECT ${batch.join(', ')} FROM ${from}`);
    numbers.push(...((reader.getRows()[0] ?? []) as (number | null)[]));
  }
  return numbers;
}
