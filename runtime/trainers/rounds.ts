import { isStopped, updateBest, type StoppingRule } from '../data/early-stopping.ts';
import type { BestModel, Curve } from './checkpoint.ts';
import type { Evaluation } from './evaluation.ts';

/** The metric of the part `validate` that ends training, and how. */
export interface Stopping {
  readonly metric: string;
  readonly rule: StoppingRule;
}

/** The rounds of a training as they go by: its learning curve, the best one, and when to stop. */
export interface Rounds {
  /** Takes note of the next round, after which the model has `size` of them. Returns whether training ends with it. */
  readonly push: (values: Evaluation, size: number) => boolean;
  /** Rounds that are done. */
  readonly round: () => number;
  readonly best: () => BestModel | undefined;
  readonly curve: Curve;
}

/** Follows rounds from the first, or from where training was left. */
export function followRounds(stopping: Stopping | undefined, state: { readonly round: number; readonly best?: BestModel; readonly curve: Curve } = { round: 0, curve: {} }): Rounds {
  let { round, best } = state;
  return {
    push: (values, size) => {
      round++;
      appendCurve(state.curve, values);
      if (stopping === undefined) return false;
      const updated = updateBest(best, stoppingValue(values, stopping.metric), round, stopping.rule);
      best = updated === best ? best : { ...updated, size };
      return isStopped(updated, round, stopping.rule);
    },
    round: () => round,
    best: () => best,
    curve: state.curve,
  };
}

function stoppingValue(values: Evaluation, metric: string): number {
  const value = values['validate']?.[metric];
  if (value === undefined) throw new Error(`early stopping on ${metric} needs validation rows and that metric`);
  return value;
}

function appendCurve(curve: Curve, values: Evaluation): void {
  const parts = curve as Record<string, Record<string, number[]>>;
  for (const [part, metrics] of Object.entries(values)) {
    const series = (parts[part] ??= {});
    for (const [metric, value] of Object.entries(metrics)) (series[metric] ??= []).push(value);
  }
}

/** Values after a round as progress tells of them: those of training rows with `train_` before them. */
export function roundMetrics(values: Evaluation): Record<string, number> {
  const onTrain = Object.entries(values['train'] ?? {}).map(([metric, value]) => [`train_${metric}`, value] as const);
  return { ...values['validate'], ...Object.fromEntries(onTrain) };
}
