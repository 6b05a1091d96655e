import type { Json, JsonObject } from '../../compiler/json.ts';
import type { RunContext } from '../../compiler/kinds/run.ts';
import type { ModelArtifact } from '../../compiler/plan/artifact.ts';
import { deriveSalt } from '../../runtime/data/hash.ts';
import { decodeScores, type Scores } from '../../runtime/data/scores.ts';
import { bootstrapIntervals } from '../metrics/bootstrap.ts';
import { binEdges, confidences, type Binning } from '../metrics/calibration.ts';
import { chooseThreshold, type ThresholdRule } from '../metrics/choose-threshold.ts';
import { computeMetrics, type MetricsRequest } from '../metrics/compute-metrics.ts';

/** A part that models are scored on. */
export type ScoredPart = 'validate' | 'test';

/** Parameters as inference completes them. */
export interface EvaluateParams {
  readonly metrics: readonly string[];
  readonly on: readonly ScoredPart[];
  readonly folds?: number;
  /** By part, `folds` among them, then by model. */
  readonly optimistic: Readonly<Record<string, readonly boolean[]>>;
  readonly threshold?: number | 'max_f1' | { readonly $call: 'max_precision'; readonly recall: number } | { readonly $call: 'max_recall'; readonly precision: number };
  readonly calibration?: Binning;
  readonly intervals?: { readonly level: number; readonly resamples: number };
}

/** A model, and the part that it is scored on. */
export interface Scoring {
  readonly params: EvaluateParams;
  readonly artifact: ModelArtifact;
  readonly part: ScoredPart;
}

/** The figures of a model in a report, and what a person should know of them. */
export type Scored = JsonObject & { readonly warnings: readonly string[] };

/** Computes what a report holds of a model on a part. */
export async function scoreModel(context: RunContext, scoring: Scoring): Promise<Scored> {
  const { params, part } = scoring;
  const { request, warnings: found } = await prepareScoring(context, scoring);
  const { warnings, ...result } = computeMetrics(request);
  const { intervals } = params;
  const salt = deriveSalt(context.seed ?? '0', `bootstrap:${part}`);
  return {
    rows: request.scores.rows,
    ...(result as unknown as Record<string, Json>),
    ...(request.threshold === undefined ? {} : { threshold: request.threshold }),
    ...(intervals === undefined ? {} : { level: intervals.level, intervals: bootstrapIntervals(request, result.metrics, { ...intervals, salt }) as unknown as Json }),
    warnings: [...found, ...warnings],
  };
}

/** Reads a model's scores and finds how they are judged. */
export async function prepareScoring(context: RunContext, { params, artifact, part }: Scoring): Promise<{ readonly request: MetricsRequest; readonly warnings: readonly string[] }> {
  const scores = await readScores(context, artifact, part);
  const threshold = params.threshold === undefined ? undefined : await findThreshold(context, artifact, params.threshold);
  const { target } = scores;
  const binned = params.calibration !== undefined && target.kind === 'classes';
  const request: MetricsRequest = {
    scores,
    task: artifact.task,
    metrics: params.metrics,
    threshold: threshold?.value,
    ...(binned ? { edges: binEdges(confidences({ rows: scores.rows, values: scores.values, truth: target.codes }).values, params.calibration) } : {}),
  };
  return { request, warnings: threshold?.warnings ?? [] };
}

async function readScores(context: RunContext, artifact: ModelArtifact, part: ScoredPart): Promise<Scores> {
  const blob = artifact.scores[part];
  if (blob === undefined) throw new Error(`the model has no scores of the part ${part}`);
  return decodeScores(await context.readBlob(blob.digest));
}

interface FoundThreshold {
  readonly value: number | undefined;
  readonly warnings: readonly string[];
}

async function findThreshold(context: RunContext, artifact: ModelArtifact, threshold: NonNullable<EvaluateParams['threshold']>): Promise<FoundThreshold> {
  if (typeof threshold === 'number') return { value: threshold, warnings: [] };
  const value = chooseThreshold(await readScores(context, artifact, 'validate'), ruleOf(threshold));
  return { value, warnings: value === undefined ? ['no threshold does what `threshold` asks for on the validation part: one half is taken'] : [] };
}

function ruleOf(threshold: Exclude<NonNullable<EvaluateParams['threshold']>, number>): ThresholdRule {
  if (threshold === 'max_f1') return { best: 'f1' };
  return threshold.$call === 'max_precision' ? { best: 'precision', recall: threshold.recall } : { best: 'recall', precision: threshold.precision };
}
