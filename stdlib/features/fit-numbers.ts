import { fitBins, fitScales } from './fit-scales.ts';
import type { FittedNumber } from './fitted.ts';
import { noValues, selectNumbers, sqlNumber, type FitSource, type FittingNumber, type NumberPlan } from './fitting-number.ts';
import { presentSql } from './present-sql.ts';
import type { Clip } from './prepare-params.ts';

/**
 * Fits what is done to numbers, each transform to what those before it make of the rows. Sums are Kahan's over rows in
 * order, so that the last digit is settled too: the connection must have one thread.
 */
export async function fitNumbers(source: FitSource, plans: readonly NumberPlan[]): Promise<FittedNumber[]> {
  const begun = plans.map((plan): FittingNumber => {
    const { column, type, drop, indicator } = plan;
    const fitted: FittedNumber = { kind: 'number', column, type, ...(drop === undefined ? {} : { drop }), ...(indicator === undefined ? {} : { indicator }) };
    return { plan, sql: presentSql(fitted), fitted };
  });
  const clipped = await fitClips(source, await fitImputes(source, begun));
  const scaled = await fitScales(source, await fitBins(source, clipped.map(takeLog)));
  return scaled.map(({ fitted }) => fitted);
}

/** What a missing value becomes. */
async function fitImputes(source: FitSource, numbers: readonly FittingNumber[]): Promise<FittingNumber[]> {
  const learned = numbers.filter(({ plan }) => typeof plan.impute === 'string');
  const values = await selectNumbers(source, learned.map((number) => imputeSql(number, source.from)));
  const found = new Map(learned.map(({ plan }, i) => [plan.column, values[i]]));
  return numbers.map((number) => {
    const { plan, sql, fitted } = number;
    if (plan.impute === undefined) return number;
    const impute = typeof plan.impute === 'string' ? found.get(plan.column) : Number(plan.impute.value);
    if (impute === null || impute === undefined) throw noValues(plan.column, typeof plan.impute === 'string' ? plan.impute : 'value');
    return { plan, sql: `coalesce(${sql}, ${sqlNumber(impute)})`, fitted: { ...fitted, impute } };
  });
}

function imputeSql({ plan, sql }: FittingNumber, from: string): string {
  switch (plan.impute) {
    case 'mean':
      return `favg(${sql})`;
    case 'median':
      return `median(${sql})`;
    default:
      return `(SELECT v FROM (SELECT ${sql} AS v, count(*) AS n FROM ${from} GROUP BY v) WHERE v IS NOT NULL ORDER BY n DESC, v LIMIT 1)`;
  }
}

/** The bounds between which numbers are kept: those of the author, or quantiles, between rows linearly as numpy has them. */
async function fitClips(source: FitSource, numbers: readonly FittingNumber[]): Promise<FittingNumber[]> {
  const learned = numbers.filter(({ plan }) => plan.clip !== undefined && '$call' in plan.clip);
  const values = await selectNumbers(
    source,
    learned.flatMap(({ plan, sql }) => {
      const [low, high] = rangeOf(plan.clip as Clip);
      return [low ?? 0, high ?? 1].map((share) => `quantile_cont(${sql}, ${sqlNumber(share)})`);
    }),
  );
  const found = new Map(learned.map(({ plan }, i) => [plan.column, [values[2 * i] ?? null, values[2 * i + 1] ?? null] as const]));
  return numbers.map((number) => {
    const { plan, sql, fitted } = number;
    if (plan.clip === undefined) return number;
    const range = rangeOf(plan.clip);
    const bounds = found.get(plan.column);
    if (bounds?.includes(null) === true) throw noValues(plan.column, 'quantiles');
    const low = range[0] === null ? null : (bounds?.[0] ?? range[0]);
    const high = range[1] === null ? null : (bounds?.[1] ?? range[1]);
    const cases = [...(low === null ? [] : [`WHEN ${sql} < ${sqlNumber(low)} THEN ${sqlNumber(low)}`]), ...(high === null ? [] : [`WHEN ${sql} > ${sqlNumber(high)} THEN ${sqlNumber(high)}`])];
    const clip = { ...(low === null ? {} : { low }), ...(high === null ? {} : { high }) };
    return { plan, sql: cases.length === 0 ? sql : `(CASE ${cases.join(' ')} ELSE ${sql} END)`, fitted: { ...fitted, clip } };
  });
}

function rangeOf(clip: Clip): readonly [number | null, number | null] {
  return '$call' in clip ? clip.range.$range : clip.$range;
}

function takeLog(number: FittingNumber): FittingNumber {
  const { plan, sql, fitted } = number;
  if (plan.log === undefined) return number;
  return { plan, sql: plan.log === 'log1p' ? `ln(1 + ${sql})` : `sign(${sql}) * ln(1 + abs(${sql}))`, fitted: { ...fitted, log: plan.log } };
}
