import type { FittedBins, FittedScale } from './fitted.ts';
import { noValues, selectNumbers, sqlNumber, type FitSource, type FittingNumber } from './fitting-number.ts';

/** Bins that are no wider than this are one with the next: the bound of scikit-learn's KBinsDiscretizer. */
const NARROWEST = 1e-8;

/** Where numbers are cut into bins, as KBinsDiscretizer cuts them. */
export async function fitBins(source: FitSource, numbers: readonly FittingNumber[]): Promise<FittingNumber[]> {
  const fitted: FittingNumber[] = [];
  for (const number of numbers) {
    const bins = number.plan.bins === undefined ? undefined : await fitCuts(source, number);
    fitted.push(bins === undefined ? number : { ...number, fitted: { ...number.fitted, bins } });
  }
  return fitted;
}

async function fitCuts(source: FitSource, { plan, sql }: FittingNumber): Promise<FittedBins | undefined> {
  const { bins, as } = plan;
  if (bins === undefined) return undefined;
  if (!('$call' in bins)) return { cuts: [...new Set(bins)].sort((a, b) => a - b), as };
  const count = bins.bins;
  const shares = Array.from({ length: count + 1 }, (_, i) => i / count);
  const edges = await selectQuantiles(source, sql, bins.$call === 'quantile' ? shares : [0, 1]);
  const [low, high] = [edges[0], edges.at(-1)];
  if (low === undefined || high === undefined) throw noValues(plan.column, 'bins');
  if (bins.$call === 'uniform') return { cuts: low === high ? [] : shares.slice(1, -1).map((share) => low + share * (high - low)), as };
  return { cuts: edges.filter((edge, i) => i === 0 || edge - (edges[i - 1] as number) > NARROWEST).slice(1, -1), as };
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
  const scaled: FittingNumber[] = [];
  for (const [i, number] of numbers.entries()) {
    const scale = await fitScale(source, number, { found: firsts[i] ?? [], variance: variances[i]?.[0] ?? 0 });
    scaled.push(scale === undefined ? number : { ...number, fitted: { ...number.fitted, scale } });
  }
  return scaled;
}

interface Statistics {
  readonly found: readonly number[];
  readonly variance: number;
}

async function fitScale(source: FitSource, { plan, sql }: FittingNumber, { found, variance }: Statistics): Promise<FittedScale | undefined> {
  const { scale, column } = plan;
  if (scale === undefined) return undefined;
  if (typeof scale !== 'string') {
    const [rows] = await selectNumbers(source, ['count(*)']);
    const count = Math.max(2, Math.min(scale.quantiles ?? 2, rows ?? 0));
    const quantiles = await selectQuantiles(source, sql, Array.from({ length: count }, (_, i) => i / (count - 1)));
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

/** Quantiles of an expression, between rows linearly, as numpy has them; none where there is no value. */
async function selectQuantiles({ connection, from }: FitSource, sql: string, shares: readonly number[]): Promise<number[]> {
  const reader = await connection.runAndReadAll(`SELECT unnest(quantile_cont(${sql}, [${shares.map(sqlNumber).join(', ')}])) FROM ${from}`);
  return reader.getRows().map(([value]) => Number(value));
}
