import type { ClassEvaluation } from './evaluation.ts';
import type { ClassMetric, Direction, MetricValue } from './metric.ts';

/** A metric of one class against the rest, from which a family of metrics is made. */
export interface PerClass {
  readonly name: string;
  readonly direction: Direction;
  readonly doc: string;
  /** The metric of the positive class, of two. */
  readonly binary: (evaluation: ClassEvaluation) => MetricValue;
  /** Each class's value with the weight of its rows; `undefined` where the class has no part in the mean. */
  readonly each: (evaluation: ClassEvaluation) => PerClassValues;
}

/** Why the mean over classes is not defined, or what it is made of. */
export interface PerClassValues {
  readonly values: readonly (number | undefined)[];
  readonly support: readonly number[];
  readonly warning?: string;
  readonly undefined?: { readonly macro?: string; readonly weighted?: string };
}

/** The metric by its bare name (of the positive class, of several classes the plain mean), `_macro` and `_weighted`. */
export function averagedFamily(metric: PerClass): ClassMetric[] {
  const shared = { of: 'classes', direction: metric.direction, range: [0, 1], weights: true } as const;
  const macro = (evaluation: ClassEvaluation) => macroMean(metric.each(evaluation));
  return [
    {
      ...shared,
      name: metric.name,
      tasks: ['binary', 'multiclass'],
      doc: `${metric.doc} Of several classes: \`${metric.name}_macro\`.`,
      compute: (evaluation) => (evaluation.classes.length === 2 ? metric.binary(evaluation) : macro(evaluation)),
    },
    {
      ...shared,
      name: `${metric.name}_macro`,
      tasks: ['multiclass'],
      doc: `The plain mean over classes of: ${metric.doc}`,
      compute: macro,
    },
    {
      ...shared,
      name: `${metric.name}_weighted`,
      tasks: ['multiclass'],
      doc: `The mean over classes, weighted by their rows, of: ${metric.doc}`,
      compute: (evaluation) => weightedMean(metric.each(evaluation)),
    },
  ];
}

function macroMean({ values, warning, undefined: reasons }: PerClassValues): MetricValue {
  if (reasons?.macro !== undefined) return { undefined: reasons.macro };
  const taken = values.filter((value) => value !== undefined);
  return withWarning(taken.reduce((sum, value) => sum + value, 0) / taken.length, warning);
}

function weightedMean({ values, support, warning, undefined: reasons }: PerClassValues): MetricValue {
  if (reasons?.weighted !== undefined) return { undefined: reasons.weighted };
  const total = support.reduce((sum, weight) => sum + weight, 0);
  const sum = values.reduce<number>((running, value, klass) => running + (value ?? 0) * support[klass]!, 0);
  return withWarning(sum / total, warning);
}

function withWarning(value: number, warning: string | undefined): MetricValue {
  return warning === undefined ? { value } : { value, warning };
}
