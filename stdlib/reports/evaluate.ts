import { partRef, sharing } from '../../compiler/check/provenance.ts';
import type { InferContext, Inferred, Kind, ModelRefit } from '../../compiler/kinds/kind.ts';
import { described, either, elsewhere, integer, list, record, share, word } from '../../compiler/kinds/schema.ts';
import { hasClasses, type ModelType, type ReportPart, type ReportType } from '../../compiler/types.ts';
import { exampleOnPenguins } from '../example.ts';
import { expandMetrics, metrics, metricsOf, presets } from '../metrics/registry.ts';
import { foldOf } from '../splits/fold-of.ts';
import { foldSlot } from '../splits/fold-slot.ts';
import { runEvaluate } from './run-evaluate.ts';

const metricNames = [...new Set(metrics.map((metric) => metric.name))];

/** What changes a model is no part of its evaluation. */
const ADJUSTED = {
  threshold: 'a threshold is part of a model: `model adjusted = adjust(NAME) { threshold: max_f1 }`, and evaluate that',
  calibrate: 'calibration changes a model: `model adjusted = adjust(NAME) { calibrate: sigmoid }`, and evaluate that',
};

/** Scores models beside each other. */
export const evaluate: Kind = {
  name: 'evaluate',
  keyword: 'report',
  version: 2,
  doc: `Scores models beside each other on the validation and test parts. Metrics that are not defined are null, with a warning.

Beside the metrics, a classification has its confusion matrix, the figures of each class, and its calibration curve: what
the model said and what came true, by bins of the probability (of several classes, of the predicted one).

A model of two classes says the positive one when its probability is above one half, or where \`adjust\` has put its
threshold.

A ranking is judged query by query, the rows of one \`group\` of its split; a metric is the mean over queries.

\`intervals\` gives each metric its confidence interval by the bootstrap over rows, or over queries (percentiles; Efron and Tibshirani,
1993), seeded by the pipeline. It takes about a second a model and part for 1,000 resamples, however many the rows: of
more than 4,096, neighbouring scores are resampled together, and of several classes or numbers a sample stands for all.

\`folds\` adds the part \`.folds\`, the cross-validation of the training rows: each model is fitted again without each fold,
\`prepare\` with it, and scored on that fold. Early stopping reads the validation part, never the fold. A metric is the mean
over the folds, beside their standard deviation (of a sample, n − 1); \`select\` may choose by it. Folds have their share of
every class to a row, and keep the groups of the split whole; which rows are in which depends on the pipeline's seed and
their places in the table. Each fit is a step of its own, made and kept like any other. Rows that were split by time have
no folds: most would be judged by models that know what came later.`,
  example: exampleOnPenguins(`model guess = baseline(x)
report scores = evaluate(guess) { metrics: [accuracy, f1], on: [validate], intervals { level: 90% } }`),
  inputs: [{ name: 'model', accepts: ['model'], many: true, doc: 'The models, of one split.' }],
  params: elsewhere(
    record({
      metrics: described(
        either(word(...presets, ...metricNames), list(word(...presets, ...metricNames), { min: 1 })),
        'Metrics by their names, or `classification`, `regression` or `ranking` for all of a task; by default all of the task.',
      ),
      on: described(list(word('validate', 'test'), { min: 1 }), 'The parts to score.', ['validate', 'test']),
      folds: described(integer({ min: 2, max: 100 }), 'How many folds the training rows are cut into, for the part `.folds`; without it there is none.'),
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
    ADJUSTED,
  ),
  arithmetic: true,
  seeded: true,
  guarantee: 'bitwise',
  sequential: true,
  infer: inferReport,
  run: runEvaluate,
};

function inferReport(context: InferContext): Inferred | undefined {
  const models = context.inputs.flatMap((input) => (input.kind === 'value' && input.type.kind === 'model' ? [input.type] : []));
  const [first] = models;
  if (first === undefined) return undefined;
  const { task } = first;
  if (context.params['calibration'] !== undefined && !hasClasses(task)) {
    context.report('param-unfit', context.spanOf(['calibration'], 'key'), { param: 'calibration', task, tasks: ['binary', 'multiclass'] });
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
  const scored = (['validate', 'test'] as const).filter((part) => (context.params['on'] as readonly string[]).includes(part));
  const folded = inferFolds(context, models);
  if (folded === undefined) return undefined;
  const parts = [...scored, ...folded.parts];
  const type: ReportType = { kind: 'report', step: context.name, models, parts, task, metrics: expanded.metrics };
  const optimistic = Object.fromEntries(parts.map((part) => [part, models.map((model) => isOptimistic(model, part))]));
  const absent = folded.parts.length === 0 ? { absent: { folds: `they are made when \`${context.name}\` says \`folds: 5\`` } } : {};
  return { type, ...absent, implied: folded.implied, params: { ...context.params, metrics: expanded.metrics, on: scored, optimistic } };
}

/** The models that are fitted again, fold by fold. `undefined` when the split has none, which has then been reported. */
function inferFolds({ params, report, spanOf }: InferContext, models: readonly ModelType[]): { readonly parts: readonly 'folds'[]; readonly implied: readonly ModelRefit[] } | undefined {
  const folds = params['folds'] as number | undefined;
  if (folds === undefined) return { parts: [], implied: [] };
  const timed = models.find((model) => model.split.time !== undefined)?.split;
  if (timed?.time !== undefined) {
    report('folds-of-time', spanOf(['folds'], 'key'), { split: timed.step, time: timed.time });
    return undefined;
  }
  const numbers = Array.from({ length: folds }, (_, index) => index + 1);
  return { parts: ['folds'], implied: models.flatMap((model, index) => numbers.map((fold) => ({ does: 'refit' as const, slot: foldSlot(index, fold), model, fold, split: foldOf(model.split, { fold, folds }) }))) };
}

/** A score on rows that chose a model is better than what new rows will give. */
function isOptimistic(model: ModelType, part: ReportPart): boolean {
  return sharing(model.provenance.chose, partRef(model.split, part === 'folds' ? 'train' : part)) !== undefined;
}
