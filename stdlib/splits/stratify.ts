import { StepError } from '../../compiler/kinds/run.ts';
import { nearest } from '../../grammar/diagnostics/nearest.ts';
import type { Codes, Target } from '../../runtime/data/matrix.ts';
import { allocateCodes } from '../../runtime/engines/duckdb/read-columns.ts';
import { apportion, type Shares } from './shares.ts';

/** Groups of rows that are cut one by one, so that each part has its share of every one. */
export interface Strata {
  /** The stratum of each row; absent: there is one. */
  readonly codes?: Codes;
  /** How many rows of each stratum go to train, validate and test. */
  readonly quotas: readonly [number, number, number][];
}

const SMALLEST_CLASS = 3;
const QUANTILES = 10;
const ROWS_PER_QUANTILE = 20;

/** The stratum of each row: its class, or the quantile of its number. */
export function strataOf(target: Target): Codes {
  return target.kind === 'classes' ? target.codes : quantileCodes(target.values);
}

/** Cuts by class, by quantile of a number, or, when `stratify` is off, not at all. */
export function stratify(target: Target, options: { readonly name: string; readonly shares: Shares; readonly stratify: boolean }): Strata {
  const { shares, name } = options;
  const rows = target.kind === 'classes' ? target.codes.length : target.values.length;
  if (!options.stratify) return { quotas: [apportion(rows, shares)] };
  const codes = strataOf(target);
  if (target.kind === 'numbers') {
    return { codes, quotas: countCodes(codes, QUANTILES).map((count) => apportion(count, shares)) };
  }
  const counts = countCodes(codes, target.classes.length);
  const small = counts.findIndex((count) => count < SMALLEST_CLASS);
  if (small >= 0) {
    const count = counts[small] ?? 0;
    const label = target.classes[small] ?? '';
    const meant = nearest(label, target.classes.filter((other) => other !== label));
    throw new StepError(
      `the class ${JSON.stringify(label)} of \`${name}\` has ${count} ${count === 1 ? 'row' : 'rows'}: too few for one in each part`,
      meant === undefined
        ? 'leave such rows out or join them to another class in SQL, or say `stratify: false`'
        : `is it a misspelling of ${JSON.stringify(meant)}? Mend it in SQL, or leave such rows out`,
    );
  }
  return { codes, quotas: counts.map((count) => apportion(count, shares)) };
}

/** The tenth of the distribution in which each value lies, equal values together; of fewer rows, fewer and larger ones. */
function quantileCodes(values: Float64Array): Codes {
  const sorted = values.slice().sort();
  const quantiles = Math.max(1, Math.min(QUANTILES, Math.floor(values.length / ROWS_PER_QUANTILE)));
  const cuts = Array.from({ length: quantiles - 1 }, (_, i) => sorted[Math.floor(((i + 1) * values.length) / quantiles)] as number);
  const codes = allocateCodes(values.length, QUANTILES);
  for (let i = 0; i < codes.length; i++) {
    const value = values[i] as number;
    let code = 0;
    while (code < cuts.length && value >= (cuts[code] as number)) code++;
    codes[i] = code;
  }
  return codes;
}

/** How often each code from 0 to `size` − 1 comes. */
export function countCodes(codes: Codes, size: number): number[] {
  const counts = new Array<number>(size).fill(0);
  for (let i = 0; i < codes.length; i++) counts[codes[i] as number] = (counts[codes[i] as number] ?? 0) + 1;
  return counts;
}
