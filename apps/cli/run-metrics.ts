import type { PastRun, PastStep } from '../../runtime/store/past-run.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import type { Store } from '../../runtime/store/store.ts';
import { findMetric, metricsOf } from '../../stdlib/metrics/registry.ts';
import { metricsOfModel } from './render/figures.ts';
import { asNumber } from './render/read-json.ts';

/** One value that a run's report holds. */
export interface RunMetric {
  readonly report: string;
  readonly part: string;
  readonly model: string;
  readonly metric: string;
  readonly value: number | null;
}

/** What a step of a run came to, if it is still in the store. Damage is for `store fsck` to tell of, not for a history. */
export function recordOfPast(store: Store, { fingerprint, end }: PastStep): ActionRecord | undefined {
  try {
    return end?.key === undefined ? undefined : store.lookup(fingerprint, end.key);
  } catch {
    return undefined;
  }
}

/** Every metric of a run's reports, as far as the store still has them. */
export function metricsOfRun(store: Store, { steps }: PastRun): readonly RunMetric[] {
  return steps.flatMap((step) => {
    const outputs = step.keyword === 'report' ? recordOfPast(store, step)?.outputs : undefined;
    return Object.entries(outputs ?? {}).flatMap(([part, { artifact }]) =>
      artifact.type !== 'report'
        ? []
        : artifact.models.flatMap((model, index) =>
            Object.entries(metricsOfModel(model)).map(([metric, value]) => ({ report: step.name, part, model: memberOf(step, index), metric, value })),
          ),
    );
  });
}

function memberOf({ inputs }: PastStep, index: number): string {
  return inputs?.[`model[${index}]`] ?? `model ${index + 1}`;
}

/** The value that a run is remembered by. */
export interface MainMetric {
  readonly metric: string;
  readonly value: number;
  readonly model: string;
}

/** What most would name first of a task, among what its reports hold. */
const USUAL = ['auc', 'f1', 'rmse', 'ndcg'];

/** That of the model that was chosen, by what it was chosen by; without a choice, the best validation score of a usual metric. */
export function mainMetric(store: Store, run: PastRun): MainMetric | undefined {
  for (const step of run.steps) {
    const record = step.keyword === 'choice' ? recordOfPast(store, step) : undefined;
    const artifact = record?.outputs['value']?.artifact;
    if (record === undefined || artifact?.type !== 'choice' || artifact.chosen === null) continue;
    const value = asNumber(artifact.candidates[artifact.chosen]?.['value']);
    const metric = JSON.parse(record.parts['param:maximize'] ?? record.parts['param:minimize'] ?? '""') as string;
    if (value !== undefined) return { metric, value, model: memberOf(step, artifact.chosen) };
  }
  const held = metricsOfRun(store, run);
  const part = held.some((one) => one.part === 'validate') ? 'validate' : held[0]?.part;
  const scored = held.flatMap((one) => (one.part === part && one.value !== null ? [{ ...one, value: one.value }] : []));
  const known = ['binary', 'multiclass', 'regression', 'ranking'] as const;
  const metric = [...USUAL, ...known.flatMap(metricsOf)].find((name) => scored.some((one) => one.metric === name));
  const sign = metric !== undefined && findMetric(metric)?.direction === 'minimize' ? -1 : 1;
  return scored.filter((one) => one.metric === metric).sort((a, b) => sign * (b.value - a.value))[0];
}
