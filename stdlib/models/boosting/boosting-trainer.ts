import type { Task } from '../../../compiler/types.ts';
import { usualMetric } from '../../metrics/registry.ts';
import type { TrainerParameter } from '../../../runtime/trainers/parameters.ts';

/** A trainer of boosted trees: what differs from one engine to the other. */
export interface BoostingTrainer {
  /** The engine, by its name in the lock and for people. */
  readonly engine: string;
  readonly label: string;
  /** Its parameters, under its own names. */
  readonly parameters: readonly TrainerParameter[];
  /** The objectives that fit a task; the first is the default. */
  readonly objectives: Readonly<Record<Task, readonly string[]>>;
  /** Whether it goes on from its own checkpoints as if nothing had been: then the author has no say in them. */
  readonly ownCheckpoints?: boolean;
  /** Our names of the metrics that it evaluates, with its names by task. Of accuracy it evaluates the complement, the error. */
  readonly metrics: Readonly<Record<string, Partial<Record<Task, string>>>>;
  /** Its form of directions and groups of features, of which it knows the places; absent where it takes none. */
  readonly monotone: (features: readonly string[], directions: Readonly<Record<string, -1 | 0 | 1>>) => string;
  readonly interactions?: (features: readonly string[], groups: readonly (readonly string[])[]) => string;
}

/** Our names of the metrics that training can follow for a task; the first is the default. */
export function followedMetrics({ metrics }: BoostingTrainer, task: Task): string[] {
  const names = Object.keys(metrics).filter((name) => metrics[name]?.[task] !== undefined);
  const preferred = usualMetric(task);
  return [preferred, ...names.filter((name) => name !== preferred)];
}

/** The engine's name of one of our metrics, for a task. */
export function engineMetric({ metrics }: BoostingTrainer, name: string, task: Task): string | undefined {
  return metrics[name]?.[task];
}

/** One of the engine's metrics under our name: of its error, the accuracy. */
export function ourMetric({ metrics }: BoostingTrainer, name: string, value: number): readonly [string, number] {
  const own = Object.keys(metrics).find((key) => Object.values(metrics[key] ?? {}).includes(name)) ?? name;
  return [own, own === 'accuracy' ? 1 - value : value];
}
