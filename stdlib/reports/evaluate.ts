import { partRef, sharing } from '../../compiler/check/provenance.ts';
import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import { call, described, either, integer, list, record, share, word } from '../../compiler/kinds/schema.ts';
import type { ModelType, ReportType, Task } from '../../compiler/types.ts';
import { exampleOnPenguins } from '../example.ts';
import { expandMetrics, metrics, metricsOf, presets } from '../metrics/registry.ts';
import { runEvaluate } from './run-evaluate.ts';

const metricNames = [...new Set(metrics.map((metric) => metric.name))];

/** Scores models beside each other. */
export const evaluate: Kind = {
  name: 'evaluate',
  keyword: 'report',
  version: 2,
  doc: `Scores models beside each other on the validation and test parts. Metrics that are not defined are null, with a warning.

Beside the metrics, a classification has its confusion matrix, the figures of each class, and its calibration curve: what
the model said and what came true, by bins of the probability (of several classes, of the predicted one).

\`threshold\` is where a model of two classes begins to say the positive one; without it, at more than one half. A rule
chooses it for each model on the validation part, whose scores are then optimistic, and it holds for every part.

\`intervals\` gives each metric its confidence interval by the bootstrap over rows (percentiles; Efron and Tibshirani,
1993), seeded by the pipeline. It takes about a second a model and part for 1,000 resamples, however many the rows: of
more than 4,096, neighbouring scores are resampled together, and of several classes or numbers a sample stands for all.`,
  example: exampleOnPenguins(`model guess = baseline(x)
report scores = evaluate(guess) { metrics: [accuracy, f1], on: [validate], intervals { level: 90% } }`),
  inputs: [{ name: 'model', accepts: ['model'], many: true, doc: 'The models, of one split.' }],
  params: record({
    metrics: described(
      either(word(...presets, ...metricNames), list(word(...presets, ...metricNames), { min: 1 })),
      'Metrics by their names, or `classification` or `regression` for all of a task; by default all of the task.',
    ),
    on: described(list(word('validate', 'test'), { min: 1 }), 'The parts to score.', ['validate', 'test']),
    threshold: described(
      either(
        share(),
        word('max_f1'),
        call('max_precision', { recall: described(share(), 'The least recall.') }, ['recall']),
        call('max_recall', { precision: described(share(), 'The least precision.') }, ['precision']),
      ),
      'The least probability at which the positive class is said: a number, or the one that is best on the validation part.',
    ),
    calibration: described(
      record({
        bins: described(integer({ min: 2, max: 100 }), 'How many bins.', 10),
        strategy: described(word('uniform', 'quantile'), 'Bins of one width, or of as many rows each, as scikit-learn’s `calibration_curve`.', 'uniform'),
      }),
      'The bins of the calibration curve, and of `ece`.',
    ),
    intervals: described(
      record({
        level: described(share({ above: 0, below: 1 }), 'The share of such intervals that hold the true value.', 0.95),
        resamples: described(integer({ min: 100, max: 100_000 }), 'How many resamples.', 1000),
      }),
      'A confidence interval for every metric.',
    ),
  }),
  seeded: true,
  guarantee: 'bitwise',
  sequential: true,
  infer: inferReport,
  run: runEvaluate,
};

/** The tasks that some parameters are for. */
const FITTING: Readonly<Record<string, readonly Task[]>> = { threshold: ['binary'], calibration: ['binary', 'multiclass'] };

function inferReport(context: InferContext): Inferred | undefined {
  const models = context.inputs.flatMap((input) => (input.kind === 'value' && input.type.kind === 'model' ? [input.type] : []));
  const [first] = models;
  if (first === undefined) return undefined;
  const { task } = first;
  for (const [param, tasks] of Object.entries(FITTING)) {
    if (context.params[param] === undefined || tasks.includes(task)) continue;
    context.report('param-unfit', context.spanOf([param], 'key'), { param, task, tasks });
    return undefined;
  }
  const written = context.params['metrics'];
  const names = written === undefined ? metricsOf(task) : ([written].flat() as string[]);
  const expanded = expandMetrics(names, task);
  if ('unfit' in expanded) {
    const { unfit, suggestion } = expanded;
    context.report('metric-unfit', context.spanOf(['metrics', names.indexOf(unfit)]), { metric: unfit, task, known: metricsOf(task), suggestion });
    return undefined;
  }
  const parts = ['validate', 'test'].filter((part): part is 'validate' | 'test' => (context.params['on'] as readonly string[]).includes(part));
  const type: ReportType = { kind: 'report', step: context.name, models, parts, task, metrics: expanded.metrics };
  const { threshold } = context.params;
  const choosing = threshold !== undefined && typeof threshold !== 'number';
  const optimistic = Object.fromEntries(parts.map((part) => [part, models.map((model) => (choosing && part === 'validate') || isOptimistic(model, part))]));
  return { type, params: { ...context.params, metrics: expanded.metrics, on: parts, optimistic } };
}

/** A score on rows that chose a model is better than what new rows will give. */
function isOptimistic(model: ModelType, part: 'validate' | 'test'): boolean {
  return sharing(model.provenance.chose, partRef(model.features.split, part)) !== undefined;
}
