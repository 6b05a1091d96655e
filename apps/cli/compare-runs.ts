import { compareParts, type Reason } from '../../compiler/plan/describe-change.ts';
import type { PastRun, PastStep } from '../../runtime/store/past-run.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import type { Store } from '../../runtime/store/store.ts';
import { findMetric } from '../../stdlib/metrics/registry.ts';
import { metricsOfRun, recordOfPast, type RunMetric } from './run-metrics.ts';

/** How a step of one run compares with that of another. */
export interface StepDifference {
  readonly name: string;
  readonly keyword: string;
  readonly kind: string;
  readonly change: 'added' | 'removed' | 'changed' | 'unchanged';
  /** What differs in its key, also where its results were collected; empty where one of the records is damaged or gone. */
  readonly reasons: readonly Reason[];
  /** Of the tables and splits that are not as large as they were. */
  readonly rows?: { readonly before: number; readonly after: number };
  /** What the steps took when they were made; `null` where that is not known. */
  readonly seconds: { readonly before: number | null; readonly after: number | null };
}

/** A metric that has another value. */
export interface MetricDifference extends Omit<RunMetric, 'value'> {
  readonly before: number | null;
  readonly after: number | null;
  /** Absent where one of them is not defined, or nobody knows which way is better. */
  readonly better?: boolean;
}

/** What differs between two runs of a pipeline. */
export interface RunComparison {
  readonly steps: readonly StepDifference[];
  /** Metrics of reports that both have, where they differ; those of one alone have `null` for the other. */
  readonly metrics: readonly MetricDifference[];
}

/** Compares two runs, step by step and metric by metric, as far as the store still has what they made. */
export function compareRuns(store: Store, before: PastRun, after: PastRun): RunComparison {
  const earlier = new Map(before.steps.map((step) => [step.name, step]));
  const names = new Set(after.steps.map(({ name }) => name));
  const steps = [
    ...after.steps.map((step) => compareSteps(store, earlier.get(step.name), step)),
    ...before.steps.filter(({ name }) => !names.has(name)).map((step): StepDifference => ({ ...alone(step, 'removed'), seconds: { before: secondsOf(store, step), after: null } })),
  ];
  return { steps, metrics: compareMetrics(metricsOfRun(store, before), metricsOfRun(store, after)) };
}

function compareSteps(store: Store, before: PastStep | undefined, after: PastStep): StepDifference {
  const made = recordOfPast(store, after);
  if (before === undefined) return { ...alone(after, 'added'), seconds: { before: null, after: made?.seconds ?? null } };
  const old = recordOfPast(store, before);
  const same = before.fingerprint === after.fingerprint && (before.end?.key === undefined || after.end?.key === undefined || before.end.key === after.end.key);
  const reasons = same || old === undefined || made === undefined ? [] : compareParts(keyParts(old, before), keyParts(made, after), namesOf(after));
  const [was, is] = [old?.rows, made?.rows];
  return {
    ...alone(after, same ? 'unchanged' : 'changed'),
    reasons,
    ...(was === undefined || is === undefined || was === is ? {} : { rows: { before: was, after: is } }),
    seconds: { before: old?.seconds ?? null, after: made?.seconds ?? null },
  };
}

function alone({ name, keyword, kind }: PastStep, change: StepDifference['change']): Omit<StepDifference, 'seconds'> {
  return { name, keyword, kind, change, reasons: [] };
}

function secondsOf(store: Store, step: PastStep): number | null {
  return recordOfPast(store, step)?.seconds ?? null;
}

function keyParts({ parts }: ActionRecord, { text }: PastStep): Parameters<typeof compareParts>[0] {
  return { parts, ...(text === undefined ? {} : { text }) };
}

function namesOf({ inputs = {}, files = [] }: PastStep): Parameters<typeof compareParts>[2] {
  return { inputs: Object.entries(inputs).map(([slot, step]) => ({ slot, step })), roots: files.map((path) => ({ path })) };
}

function compareMetrics(before: readonly RunMetric[], after: readonly RunMetric[]): MetricDifference[] {
  const id = ({ report, part, model, metric }: RunMetric): string => JSON.stringify([report, part, model, metric]);
  const [old, now] = [new Map(before.map((one) => [id(one), one])), new Map(after.map((one) => [id(one), one]))];
  const all = new Map([...old, ...now]);
  return [...all].flatMap(([key, { report, part, model, metric }]) => {
    const [was, is] = [old.get(key)?.value ?? null, now.get(key)?.value ?? null];
    if (was === is) return [];
    const direction = findMetric(metric)?.direction;
    const better = was === null || is === null || direction === undefined ? {} : { better: direction === 'maximize' ? is > was : is < was };
    return [{ report, part, model, metric, before: was, after: is, ...better }];
  });
}
