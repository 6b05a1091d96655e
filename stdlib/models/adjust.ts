import { partRef, unionParts } from '../../compiler/check/provenance.ts';
import type { JsonObject } from '../../compiler/json.ts';
import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import { expandFeatureSets } from '../../compiler/lower/expand-inputs.ts';
import { call, described, either, record, share, word } from '../../compiler/kinds/schema.ts';
import type { BlobRef, ModelArtifact } from '../../compiler/plan/artifact.ts';
import { hasClasses, type ModelType, type PartName } from '../../compiler/types.ts';
import { inputOf } from '../../runtime/data/load-table.ts';
import { encodeScores, type Scores } from '../../runtime/data/scores.ts';
import { chooseThreshold, type ThresholdRule } from '../metrics/choose-threshold.ts';
import { calibratedBy, calibrator, fitCalibration, type Adjustment, type Calibration } from './adjust/adjustment.ts';
import { readScores, SCORED_PARTS } from './scored-model.ts';
import { takeOver } from './take-over.ts';

/** A model with other probabilities or another threshold. */
export const adjust: Kind = {
  name: 'adjust',
  keyword: 'model',
  version: 1,
  doc: `Makes a model of another one, with calibrated probabilities, another threshold of its decision, or both; either is found on the validation part, whose scores are optimistic from then on.

\`calibrate\` maps what the model says to what came true. \`sigmoid\` is Platt’s: a logistic function of the log-odds, for which
few rows are enough. \`isotonic\` is any function that never falls, by pooling adjacent violators; with fewer than 1,000 rows
it follows their noise. Of several classes each is mapped against the rest, and a row’s probabilities are divided by their
sum. Both as scikit-learn’s \`CalibratedClassifierCV\` around a fitted model.

\`threshold\` is where the positive one of two classes begins to be said; without it, above one half. A rule finds it among
the (calibrated) probabilities of the validation part.

It is a model as any other: reports, choices, folds and \`mlp predict\` take it. Exported as JSON it has \`task\`, \`classes\`,
\`calibration\` (\`method\`, and \`maps\`: for each class \`slope\` and \`intercept\` of the log-odds, or the points \`said\` and
\`observed\` with straight lines between; of two classes that of the last alone) and \`threshold\`, to be applied to the
probabilities of the model that it wraps, which is exported under its own name.`,
  example: `
source birds = json("npm:vega-datasets/data/penguins.json") {
  schema { Species: string, "Body Mass (g)": float? }
  extra: drop
}
table labelled = sql("""SELECT Species = 'Gentoo' AS gentoo, "Body Mass (g)" AS mass FROM birds""")
split parts = holdout(labelled) { target: gentoo }
features x = prepare(parts)
model trees = xgboost(x) { rounds: 50 }
model careful = adjust(trees) { calibrate: sigmoid, threshold: max_recall(precision: 0.9) }
report scores = evaluate(trees, careful)
`,
  inputs: [{ name: 'model', accepts: ['model'], doc: 'A model of classes.' }],
  params: record({
    calibrate: described(word('sigmoid', 'isotonic'), 'How probabilities are mapped; without it they stay as they are.'),
    threshold: described(
      either(
        share(),
        word('max_f1'),
        call('max_precision', { recall: described(share(), 'The least recall.') }, ['recall']),
        call('max_recall', { precision: described(share(), 'The least precision.') }, ['precision']),
      ),
      'The least probability at which the positive class is said: a number, or the one that is best on the validation part.',
    ),
  }),
  arithmetic: true,
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: inferAdjusted,
  run: runAdjust,
};

interface AdjustParams {
  readonly calibrate?: Calibration['method'];
  readonly threshold?: number | 'max_f1' | { readonly $call: 'max_precision'; readonly recall: number } | { readonly $call: 'max_recall'; readonly precision: number };
}

function inferAdjusted(context: InferContext): Inferred | undefined {
  const [input] = context.inputs;
  if (input?.kind !== 'value' || input.type.kind !== 'model') return undefined;
  const { type: model } = input;
  const { calibrate, threshold } = context.params as AdjustParams;
  if (!hasClasses(model.task) || model.adjusts !== undefined) {
    context.report('not-adjustable', input.span, { model: input.text, adjusts: model.adjusts });
    return undefined;
  }
  if (calibrate === undefined && threshold === undefined) {
    context.report('nothing-to-adjust', context.span, { model: input.text, binary: model.task === 'binary' });
    return undefined;
  }
  if (threshold !== undefined && model.task !== 'binary') {
    context.report('param-unfit', context.spanOf(['threshold'], 'key'), { param: 'threshold', task: model.task, tasks: ['binary'] });
    return undefined;
  }
  const choosing = calibrate !== undefined || !isFixed(threshold);
  const { fit, chose } = model.provenance;
  const type: ModelType = {
    ...model,
    step: context.name,
    adjusts: model.step,
    provenance: { fit, chose: choosing ? unionParts(chose, [partRef(model.split, 'validate')]) : chose },
  };
  return { type, more: expandFeatureSets('x', type) };
}

async function runAdjust(context: RunContext): Promise<RunResult> {
  const model = inputOf(context, 'model', 'model');
  const { calibrate, threshold: wanted } = context.step.params as AdjustParams;
  const said = { validate: await readScores(context, model, 'validate'), test: await readScores(context, model, 'test') };
  const { target } = said.validate;
  if (target.kind !== 'classes') throw new Error('the model predicts a number');
  if (!said.validate.values.every(Number.isFinite)) throw new StepError('the model says what is no number for some rows of the validation part', 'look at how it was trained: a network may have diverged');
  const calibration = calibrate === undefined ? undefined : fitCalibration(calibrate, said.validate, target);
  const change = calibration === undefined ? (values: Scores['values']) => values : calibrator(calibration);
  const adjusted = { validate: { ...said.validate, values: change(said.validate.values) }, test: { ...said.test, values: change(said.test.values) } };
  const threshold = isFixed(wanted) ? wanted : chooseThreshold(adjusted.validate, ruleOf(wanted));
  const adjustment: Adjustment = {
    task: model.task,
    classes: model.classes,
    ...(calibration === undefined ? {} : { calibration }),
    ...(threshold === undefined ? {} : { threshold }),
  };
  const warnings = [
    ...(wanted !== undefined && threshold === undefined ? ['no threshold does what `threshold` asks for on the validation part: one half is taken'] : []),
    ...(calibration === undefined ? [] : calibrationWarnings(calibration, said.validate.rows, target.codes)),
  ];
  return { outputs: { value: await artifactOf(context, { model, adjustment, adjusted, rows: isFixed(wanted) && calibration === undefined ? undefined : said.validate.rows }) }, warnings };
}

/** Whether a threshold is not looked for. */
function isFixed(threshold: AdjustParams['threshold']): threshold is number | undefined {
  return threshold === undefined || typeof threshold === 'number';
}

function ruleOf(threshold: Exclude<NonNullable<AdjustParams['threshold']>, number>): ThresholdRule {
  if (threshold === 'max_f1') return { best: 'f1' };
  return threshold.$call === 'max_precision' ? { best: 'precision', recall: threshold.recall } : { best: 'recall', precision: threshold.precision };
}

/** Below this many rows an isotonic regression is not advised, in scikit-learn's guide neither. */
const ENOUGH_ROWS = 1000;

function calibrationWarnings({ method, maps }: Calibration, rows: number, codes: ArrayLike<number>): string[] {
  const seen = new Set(Array.from(codes));
  const absent = maps.flatMap(({ class: label }, at) => (seen.has(maps.length === 1 ? 1 : at) ? [] : [`\`${label}\``]));
  return [
    ...(absent.length === 0 ? [] : [`the validation part has no row of ${absent.join(', ')}: calibrated, it is as good as never said`]),
    ...(method === 'isotonic' && rows < ENOUGH_ROWS ? [`${rows.toLocaleString('en-US')} validation rows are few for an isotonic calibration, which follows their noise: \`calibrate: sigmoid\` needs fewer`] : []),
  ];
}

interface Adjusted {
  readonly model: ModelArtifact;
  readonly adjustment: Adjustment;
  readonly adjusted: Readonly<Record<(typeof SCORED_PARTS)[number], Scores>>;
  /** Of the validation part, where something was found on it. */
  readonly rows: number | undefined;
}

async function artifactOf(context: RunContext, { model, adjustment, adjusted, rows }: Adjusted): Promise<ModelArtifact> {
  const { kind, task, classes } = model;
  const scores: Partial<Record<PartName, BlobRef>> = {};
  for (const part of SCORED_PARTS) scores[part] = await context.putBytes(encodeScores(adjusted[part]));
  return {
    type: 'model',
    kind: context.step.kind,
    task,
    classes,
    model: await context.putBytes(new TextEncoder().encode(`${JSON.stringify(adjustment, undefined, 1)}\n`)),
    members: [await takeOver(context, model)],
    ...(adjustment.threshold === undefined ? {} : { threshold: adjustment.threshold }),
    summary: summaryOf(adjustment, { kind, rows }),
    scores,
  };
}

const SHOWN_POINTS = 11;

function summaryOf({ calibration, threshold }: Adjustment, { kind, rows }: { readonly kind: string; readonly rows: number | undefined }): JsonObject {
  const adjusts = { adjusts: kind, ...(rows === undefined ? {} : { validationRows: rows }), ...(threshold === undefined ? {} : { threshold }) };
  if (calibration === undefined) return adjusts;
  const maps = calibratedBy(calibration);
  const points = Array.from({ length: SHOWN_POINTS }, (_, at) => at / (SHOWN_POINTS - 1));
  return { ...adjusts, calibrate: calibration.method, calibration: calibration.maps.map(({ class: label }, at) => ({ class: label, said: points, calibrated: points.map(maps[at]!) })) };
}
