import type { InferContext, Inferred, Kind, StepMaking } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { described, number, quantity, range, record, word } from '../../compiler/kinds/schema.ts';
import type { Json, JsonObject } from '../../compiler/json.ts';
import { expandFeatureSets, expandModel } from '../../compiler/lower/expand-inputs.ts';
import { modelBytes } from '../../compiler/plan/artifact.ts';
import type { Interpretability, ModelType, ReportType } from '../../compiler/types.ts';
import { exampleOnPenguins } from '../example.ts';
import { chooseModel, type Bounds, type Candidate, type Requirements } from '../metrics/choose.ts';
import { findMetric, metrics } from '../metrics/registry.ts';

const metricNames = [...new Set(metrics.map((metric) => metric.name))];
const LEVELS = ['low', 'medium', 'high'] as const;
const SLOT = 'report';

/** Chooses a model by what a report says of it. */
export const select: Kind = {
  name: 'select',
  keyword: 'choice',
  version: 1,
  doc: 'Chooses the model with the best value of a metric on the validation part, or of its mean over the folds, among those that fulfil what is required. Of equals, the smallest, then the first.',
  example: exampleOnPenguins(`model lines = logistic(x)
model guess = baseline(x)
report scores = evaluate(lines, guess)
choice best = select(scores.validate) { maximize: f1, require { size: ..1MB, interpretability: medium.. } }`),
  inputs: [{ name: SLOT, accepts: ['report-part'], doc: 'The validation part of a report, or its folds.' }],
  params: record({
    maximize: described(word(...metricNames), 'The metric whose largest value wins.'),
    minimize: described(word(...metricNames), 'The metric whose smallest value wins.'),
    require: described(
      record({
        latency_p50: described(range(quantity('s')), 'The median time for one row.'),
        latency_p99: described(range(quantity('s')), 'The time for one row that 99 of 100 rows keep within.'),
        size: described(range(quantity('B')), 'The size of the model as it is kept.'),
        interpretability: described(range(word(...LEVELS)), 'How easily a person sees why the model says what it says.'),
        ...Object.fromEntries(metricNames.map((name) => [name, described(range(number()), `The metric ${name}, on the part that is read.`)])),
      }),
      'What a model has to fulfil to be chosen at all.',
      {},
    ),
  }),
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: inferChoice,
  run: runChoice,
};

function inferChoice(context: InferContext): Inferred | undefined {
  const [input] = context.inputs;
  if (input?.kind !== 'value' || input.type.kind !== 'report-part') return undefined;
  const { report } = input.type;
  const { maximize, minimize } = context.params;
  if ((maximize === undefined) === (minimize === undefined)) {
    context.report('choice-metric', context.span, { both: maximize !== undefined });
    return undefined;
  }
  const metric = (maximize ?? minimize) as string;
  const known = report.metrics;
  const missing = [metric, ...Object.keys(context.params['require'] as JsonObject).filter((name) => metricNames.includes(name))].find((name) => !known.includes(name));
  if (missing !== undefined) {
    const key = missing === metric ? [maximize === undefined ? 'minimize' : 'maximize'] : ['require', missing];
    context.report('metric-not-in-report', context.spanOf(key, missing === metric ? 'value' : 'key'), { metric: missing, report: report.step, known });
    return undefined;
  }
  const direction = findMetric(metric)?.direction;
  if (direction !== (maximize === undefined ? 'minimize' : 'maximize')) {
    const right = direction ?? 'maximize';
    context.report('wrong-direction', context.spanOf([maximize === undefined ? 'minimize' : 'maximize'], 'key'), { metric, right });
  }
  return { type: { kind: 'choice', step: context.name, models: report.models }, ...dependencies(context, report) };
}

/** The models themselves, for their sizes, and the measurement of each one's latency where that is required. */
function dependencies(context: InferContext, report: ReportType): Omit<Inferred, 'type'> {
  const required = context.params['require'] as JsonObject;
  const timed = 'latency_p50' in required || 'latency_p99' in required;
  return {
    params: { ...context.params, interpretability: report.models.map((model) => model.interpretability) },
    more: report.models.map((model, index) => ({ slot: `model[${index}]`, step: model.step, part: 'value' })),
    ...(timed
      ? {
          guarantee: 'statistical' as const,
          implied: report.models.map((model, index) => measurementOf(model, `latency[${index}]`, context)),
        }
      : {}),
  };
}

function measurementOf(model: ModelType, slot: string, { machine }: InferContext): StepMaking {
  return {
    does: 'make',
    slot,
    name: slot,
    kind: 'measure_latency',
    params: {},
    inputs: [...expandModel('model', model), ...expandFeatureSets('x', model)],
    outputs: [{ part: 'value', type: 'measure' }],
    identity: { processor: machine.processor },
  };
}

function runChoice(context: RunContext): Promise<RunResult> {
  const params = context.step.params;
  const report = context.inputs.find((input) => input.slot === SLOT)?.artifact;
  if (report?.type !== 'report') throw new Error('the input of a choice is not a report');
  const levels = params['interpretability'] as readonly Interpretability[];
  const candidates = report.models.map((model, index): Candidate => {
    const latency = latencies(context, index);
    return {
      values: model['metrics'] as Readonly<Record<string, number | null>>,
      sizeBytes: sizeOf(context, index),
      interpretability: levels[index] ?? 'low',
      ...latency,
    };
  });
  const chosen = chooseModel({
    candidates,
    metric: (params['maximize'] ?? params['minimize']) as string,
    direction: params['maximize'] === undefined ? 'minimize' : 'maximize',
    require: requirements(params['require'] as JsonObject),
  });
  return Promise.resolve({
    outputs: { value: { type: 'choice', chosen: chosen.chosen, candidates: chosen.candidates } },
    ...(chosen.chosen === null ? { warnings: ['no model fulfils what is required: none was chosen'] } : {}),
  });
}

function sizeOf(context: RunContext, index: number): number {
  const model = context.inputs.find((input) => input.slot === `model[${index}]`)?.artifact;
  return model?.type === 'model' ? modelBytes(model) : 0;
}

function latencies(context: RunContext, index: number): Partial<Pick<Candidate, 'latencyMs' | 'medianLatencyMs'>> {
  const measured = context.inputs.find((input) => input.slot === `latency[${index}]`)?.artifact;
  if (measured?.type !== 'measure') return {};
  return { latencyMs: Number(measured.values['p99']) * 1000, medianLatencyMs: Number(measured.values['p50']) * 1000 };
}

function requirements(required: JsonObject): Requirements {
  const numbers = (key: string, scale = 1): Bounds | undefined => {
    const ends = (required[key] as { readonly $range: readonly Json[] } | undefined)?.$range;
    if (ends === undefined) return undefined;
    const [min, max] = ends.map((end) => (typeof end === 'number' ? end : (end as { readonly $quantity: number } | null)?.$quantity));
    return { ...(min === undefined ? {} : { min: min * scale }), ...(max === undefined ? {} : { max: max * scale }) };
  };
  const [min, max] = (required['interpretability'] as { readonly $range: readonly (Interpretability | null)[] } | undefined)?.$range ?? [];
  const metricBounds = metricNames.flatMap((name) => {
    const bounds = numbers(name);
    return bounds === undefined ? [] : [[name, bounds] as const];
  });
  const size = numbers('size');
  const p99 = numbers('latency_p99', 1000);
  const p50 = numbers('latency_p50', 1000);
  return {
    metrics: Object.fromEntries(metricBounds),
    ...(size === undefined ? {} : { sizeBytes: size }),
    ...(p99 === undefined ? {} : { latencyMs: p99 }),
    ...(p50 === undefined ? {} : { medianLatencyMs: p50 }),
    interpretability: { ...(min == null ? {} : { min }), ...(max == null ? {} : { max }) },
  };
}
