import type { CatboostModel, Statistic } from './model.ts';

/** How CatBoost hashes combinations (`CalcHash` in catboost/libs/model/hash.h). */
const MAGIC = 0x4906ba494954cb65n;

/** The hash of what was hashed before, together with one more. */
export function addToHash(hash: bigint, one: number): bigint {
  return BigInt.asUintN(64, MAGIC * (hash + MAGIC * BigInt(one)));
}

/** Says a statistic's value, in single precision, for a hash; `undefined` for what training rows cannot have had. */
export type StatisticOf = (hash: bigint | undefined) => number;

/** The statistic of a model, from its counts (`catboost/libs/model/static_ctr_provider.cpp`, which rounds alike). */
export function openStatistic({ ctr_data: data = {} }: CatboostModel, statistic: Statistic): StatisticOf {
  const { ctr_type: type, target_border_idx: border } = statistic;
  const table = data[statistic.identifier];
  if (table === undefined) throw new Error(`the model has no counts of ${statistic.identifier}`);
  const { hash_map: entries, hash_stride: stride, counter_denominator: denominator } = table;
  const places = new Map<bigint, number>();
  for (let at = 0; at < entries.length; at += stride) places.set(BigInt(entries[at] as string | number), at + 1);
  const counts = Float64Array.from(entries, Number);
  const sum = (from: number, to: number): number => {
    let total = 0;
    for (let at = from; at < to; at++) total += counts[at] as number;
    return total;
  };
  const whole = (at: number): number => sum(at, at + stride - 1);
  return (hash) => {
    const at = hash === undefined ? undefined : places.get(hash);
    switch (type) {
      case 'Counter':
      case 'FeatureFreq':
        return value(statistic, at === undefined ? 0 : (counts[at] as number), denominator);
      case 'BinarizedTargetMeanValue':
      case 'FloatTargetMeanValue':
        return at === undefined ? value(statistic, 0, 0) : value(statistic, counts[at] as number, counts[at + 1] as number);
      case 'Buckets':
        return at === undefined ? value(statistic, 0, 0) : value(statistic, counts[at + border] as number, whole(at));
      case 'Borders':
        return at === undefined ? value(statistic, 0, 0) : value(statistic, sum(at + border + 1, at + stride - 1), whole(at));
      default:
        throw new Error(`CatBoost's statistic ${type} is not known`);
    }
  };
}

function value({ prior_numerator: prior, prior_denomerator: weight, shift, scale }: Statistic, inClass: number, total: number): number {
  const f = Math.fround;
  const share = f(f(f(inClass) + f(prior)) / f(f(total) + f(weight)));
  return f(f(share + f(shift)) * f(scale));
}
