import { partRef, sharing } from '../../compiler/check/provenance.ts';
import type { Json, JsonObject } from '../../compiler/json.ts';
import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { described, either, list, record, word } from '../../compiler/kinds/schema.ts';
import type { ReportArtifact } from '../../compiler/plan/artifact.ts';
import type { ModelType, ReportType } from '../../compiler/types.ts';
import { decodeScores } from '../../runtime/data/scores.ts';
import { exampleOnPenguins } from '../example.ts';
import { computeMetrics } from '../metrics/compute-metrics.ts';
import { expandMetrics, metrics, metricsOf, presets } from '../metrics/registry.ts';

const metricNames = [...new Set(metrics.map((metric) => metric.name))];

/** Scores models beside each other. */
export const evaluate: Kind = {
  name: 'evaluate',
  keyword: 'report',
  version: 1,
  doc: 'Scores models beside each other on the validation and test parts. Metrics that are not defined are null, with a warning.',
  example: exampleOnPenguins(`model guess = baseline(x)
report scores = evaluate(guess) { metrics: [accuracy, f1], on: [validate] }`),
  inputs: [{ name: 'model', accepts: ['model'], many: true, doc: 'The models, of one split.' }],
  params: record({
    metrics: described(
      either(word(...presets, ...metricNames), list(word(...presets, ...metricNames), { min: 1 })),
      'Metrics by their names, or `classification` or `regression` for all of a task; by default all of the task.',
    ),
    on: described(list(word('validate', 'test'), { min: 1 }), 'The parts to score.', ['validate', 'test']),
  }),
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: inferReport,
  run: runReport,
};

function inferReport(context: InferContext): Inferred | undefined {
  const models = context.inputs.flatMap((input) => (input.kind === 'value' && input.type.kind === 'model' ? [input.type] : []));
  const [first] = models;
  if (first === undefined) return undefined;
  const written = context.params['metrics'];
  const names = written === undefined ? metricsOf(first.task) : ([written].flat() as string[]);
  const expanded = expandMetrics(names, first.task);
  if ('unfit' in expanded) {
    const { unfit, suggestion } = expanded;
    context.report('metric-unfit', context.spanOf(['metrics', names.indexOf(unfit)]), { metric: unfit, task: first.task, known: metricsOf(first.task), suggestion });
    return undefined;
  }
  const parts = ['validate', 'test'].filter((part): part is 'validate' | 'test' => (context.params['on'] as readonly string[]).includes(part));
  const type: ReportType = { kind: 'report', step: context.name, models, parts, task: first.task, metrics: expanded.metrics };
  const optimistic = Object.fromEntries(parts.map((part) => [part, models.map((model) => isOptimistic(model, part))]));
  return { type, params: { metrics: expanded.metrics, on: parts, optimistic } };
}

/** A score on rows that chose a model is better than what new rows will give. */
function isOptimistic(model: ModelType, part: 'validate' | 'test'): boolean {
  return sharing(model.provenance.chose, partRef(model.features.split, part)) !== undefined;
}

async function runReport(context: RunContext): Promise<RunResult> {
  const { metrics: names, on, optimistic } = context.step.params as unknown as {
    readonly metrics: readonly string[];
    readonly on: readonly ('validate' | 'test')[];
    readonly optimistic: Readonly<Record<string, readonly boolean[]>>;
  };
  const outputs: Record<string, ReportArtifact> = {};
  const warnings: string[] = [];
  for (const part of on) {
    const models: JsonObject[] = [];
    let task: ReportArtifact['task'] = 'regression';
    for (const [index, { artifact }] of context.inputs.entries()) {
      if (artifact.type !== 'model') throw new Error('an input of a report is not a model');
      const blob = artifact.scores[part];
      if (blob === undefined) throw new Error(`the model has no scores of the part ${part}`);
      const scores = decodeScores(await context.readBlob(blob.digest));
      const { warnings: found, ...result } = computeMetrics({ scores, task: artifact.task, metrics: names });
      task = artifact.task;
      models.push({ rows: scores.rows, ...(result as unknown as Record<string, Json>), optimistic: optimistic[part]?.[index] ?? false });
      warnings.push(...found.map((warning) => `${artifact.kind} on ${part}: ${warning}`));
    }
    outputs[part] = { type: 'report', task, models };
  }
  return { outputs, warnings };
}
