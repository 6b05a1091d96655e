import type { FittedBins, FittedScale } from './fitted.ts';
import { AT_A_TIME, noValues, selectNumbers, sqlNumber, type FitSource, type FittingNumber, type NumberPlan } from './fitting-number.ts';
import type { Bins } from './prepare-params.ts';

/** Bins that are no wider than this are one with the next: the bound of scikit-learn's KBinsDiscretizer. */
const NARROWEST = 1e-8;

/** Where numbers are cut into bins, as KBinsDiscretizer cuts them. */
export async function fitBins(source: FitSource, numbers: readonly FittingNumber[]): Promise<FittingNumber[]> {
  const edges = await selectQuantiles(source, numbers, ({ bins }) => {
    if (bins === undefined || !('$call' in bins)) return [];
    return bins.$call === 'quantile' ? evenly(bins.bins + 1) : [0, 1];
  });
  return numbers.map((number, i) => {
    const bins = number.plan.bins === undefined ? undefined : binsOf(number.plan, number.plan.bins, edges[i] ?? []);
    return bins === undefined ? number : { ...number, fitted: { ...number.fitted, bins } };
  });
}

function binsOf({ column, as }: NumberPlan, bins: Bins, edges: readonly number[]): FittedBins {
  if (!('$call' in bins)) return { cuts: [...new Set(bins)].sort((a, b) => a - b), as };
  const [low, high] = [edges[0], edges.at(-1)];
  if (low === undefined || high === undefined) throw noValues(column, 'bins');
  const inner = bins.$call === 'quantile' ? edges.filter((edge, i) => i === 0 || edge - (edges[i - 1] as number) > NARROWEST) : evenly(bins.bins + 1).map((share) => low + share * (high - low));
  return { cuts: low === high ? [] : inner.slice(1, -1), as };
}

/** So many numbers from 0 to 1, as far from each other. */
function evenly(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i / (count - 1));
}

/** Scales numbers as scikit-learn's StandardScaler, MinMaxScaler, RobustScaler and QuantileTransformer do. */
export async function fitScales(source: FitSource, numbers: readonly FittingNumber[]): Promise<FittingNumber[]> {
  const firsts = await selectEach(source, numbers, ({ plan, sql }) => {
    switch (plan.scale) {
      case 'standard':
        return [`count(${sql})`, `favg(${sql})`];
      case 'min_max':
        return [`min(${sql})`, `max(${sql})`];
      case 'robust':
        return [0.5, 0.25, 0.75].map((share) => `quantile_cont(${sql}, ${share})`);
      default:
        return [];
    }
  });
  const variances = await selectEach(source, numbers, ({ plan, sql }, i) =>
    plan.scale === 'standard' && firsts[i]?.[1] !== undefined ? [`favg(pow(${sql} - ${sqlNumber(firsts[i][1])}, 2))`] : [],
  );
  const byRank = numbers.some(({ plan }) => typeof plan.scale === 'object');
  const [rows] = byRank ? await selectNumbers(source, ['count(*)']) : [];
  const quantiles = await selectQuantiles(source, numbers, ({ scale }) =>
    typeof scale === 'object' ? evenly(Math.max(2, Math.min(scale.quantiles ?? 2, rows ?? 0))) : [],
  );
  return numbers.map((number, i) => {
    const scale = scaleOf(number.plan, { found: firsts[i] ?? [], variance: variances[i]?.[0] ?? 0, quantiles: quantiles[i] ?? [] });
    return scale === undefined ? number : { ...number, fitted: { ...number.fitted, scale } };
  });
}

interface Statistics {
  readonly found: readonly number[];
  readonly variance: number;
  readonly quantiles: readonly number[];
}

function scaleOf({ scale, column }: NumberPlan, { found, variance, quantiles }: Statistics): FittedScale | undefined {
  if (scale === undefined) return undefined;
  if (typeof scale !== 'string') {
    if (quantiles.length === 0) throw noValues(column, 'scale');
    return { kind: 'quantile', quantiles };
  }
  const [a, b, c = 0] = found;
  if (a === undefined || b === undefined) throw noValues(column, 'scale');
  switch (scale) {
    case 'standard':
      return { kind: 'standard', mean: b, std: isConstant(variance, b, a) ? 1 : Math.sqrt(variance) };
    case 'min_max':
      return { kind: 'min_max', min: a, range: unlessConstant(b - a) };
    case 'robust':
      return { kind: 'robust', center: a, range: unlessConstant(c - b) };
  }
}

/** A constant is not scaled: the bound of scikit-learn's `_handle_zeros_in_scale`. */
function unlessConstant(range: number): number {
  return range < 10 * Number.EPSILON ? 1 : range;
}

/** Whether a variance is but rounding: the bound of scikit-learn's `_is_constant_feature`. A constant is not scaled. */
function isConstant(variance: number, mean: number, rows: number): boolean {
  return variance <= rows * Number.EPSILON * variance + (rows * mean * Number.EPSILON) ** 2;
}

/** Several figures of each number in one query; of one without any value, none. */
async function selectEach(
  source: FitSource,
  numbers: readonly FittingNumber[],
  expressions: (number: FittingNumber, i: number) => readonly string[],
): Promise<(readonly number[])[]> {
  const asked = numbers.map(expressions);
  const values = await selectNumbers(source, asked.flat());
  let at = 0;
  return asked.map(({ length }) => {
    const own = values.slice(at, at + length);
    at += length;
    return own.every((value) => value !== null) ? own : [];
  });
}

/** Quantiles of each number, between rows linearly, as numpy has them; of one without any value, none. */
async function selectQuantiles({ connection, from }: FitSource, numbers: readonly FittingNumber[], sharesOf: (plan: NumberPlan) => readonly number[]): Promise<(readonly number[])[]> {
  const quantiles = numbers.map((): readonly number[] => []);
  const asked = numbers.map(({ plan, sql }, i) => ({ i, sql, shares: sharesOf(plan) })).filter(({ shares }) => shares.length > 0);
  for (let at = 0; at < asked.length; at += AT_A_TIME) {
    const batch = asked.slice(at, at + AT_A_TIME);
    const lists = batch.map(({ sql, shares }) => `quantile_cont(${sql}, [${shares.map(sqlNumber).join(', ')}])`);
    const [row = []] = (await connection.runAndReadAll(`SELECT ${lists.join(', ')} FROM ${from}`)).getRowsJS();
    batch.forEach(({ i }, j) => {
      quantiles[i] = (row[j] ?? []) as readonly number[];
    });
  }
  return quantiles;
}
