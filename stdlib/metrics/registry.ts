import { nearest } from '../../grammar/diagnostics/nearest.ts';
import { hasClasses, type Task } from '../../compiler/types.ts';
import { decisionMetrics } from './decisions.ts';
import { errorMetrics } from './errors.ts';
import type { Metric } from './metric.ts';
import { probabilityMetrics } from './probabilities.ts';
import { rankingMetrics } from './rankings.ts';
import { relevanceMetrics } from './relevance.ts';

/** Every metric, in the order in which reports show them. */
export const metrics: readonly Metric[] = [...decisionMetrics, ...rankingMetrics, ...probabilityMetrics, ...errorMetrics, ...relevanceMetrics];

/** Names that stand for several metrics. */
export const presets = ['classification', 'regression', 'ranking'] as const;

/** The name of a preset. */
export type Preset = (typeof presets)[number];

/** A metric by its name. */
export function findMetric(name: string): Metric | undefined {
  return metrics.find((metric) => metric.name === name);
}

/** The names of the metrics that a task has, in the order in which reports show them. */
export function metricsOf(task: Task): string[] {
  return metrics.filter((metric) => metric.tasks.includes(task)).map((metric) => metric.name);
}

const USUAL: Readonly<Record<Task, string>> = { binary: 'log_loss', multiclass: 'log_loss', regression: 'rmse', ranking: 'ndcg' };

/** The metric of a task that training follows unless another is named. */
export function usualMetric(task: Task): string {
  return USUAL[task];
}

/** Whether a preset fits a task. */
export function presetFits(preset: Preset, task: Task): boolean {
  return preset === (hasClasses(task) ? 'classification' : task);
}

/** What names and presets stand for. */
export type ExpandedMetrics =
  | { readonly metrics: readonly string[] }
  /** What cannot be computed for the task, and the nearest name that can. */
  | { readonly unfit: string; readonly suggestion: string | undefined };

/** Names of metrics for a task from what an author wrote: names and presets, in their order, each once. */
export function expandMetrics(written: readonly string[], task: Task): ExpandedMetrics {
  const known = metricsOf(task);
  const expanded = new Set<string>();
  for (const name of written) {
    if ((presets as readonly string[]).includes(name) && presetFits(name as Preset, task)) known.forEach((metric) => expanded.add(metric));
    else if (known.includes(name)) expanded.add(name);
    else return { unfit: name, suggestion: nearest(name, known) };
  }
  return { metrics: [...expanded] };
}
