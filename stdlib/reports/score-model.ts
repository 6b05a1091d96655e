import type { Json, JsonObject } from '../../compiler/json.ts';
import type { RunContext } from '../../compiler/kinds/run.ts';
import type { ModelArtifact } from '../../compiler/plan/artifact.ts';
import { deriveSalt } from '../../runtime/data/hash.ts';
import { bootstrapIntervals } from '../metrics/bootstrap.ts';
import { binEdges, confidences, type Binning } from '../metrics/calibration.ts';
import { computeMetrics, type MetricsRequest } from '../metrics/compute-metrics.ts';
import { readScores } from '../models/scored-model.ts';

/** A part that models are scored on. */
export type ScoredPart = 'validate' | 'test';

/** Parameters as inference completes them. */
export interface EvaluateParams {
  readonly metrics: readonly string[];
  readonly on: readonly ScoredPart[];
  readonly folds?: number;
  /** By part, `folds` among them, then by model. */
  readonly optimistic: Readonly<Record<string, readonly boolean[]>>;
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
  const request = await prepareScoring(context, scoring);
  const { intervals } = params;
  const result = computeMetrics(request);
  const salt = deriveSalt(context.seed ?? '0', `bootstrap:${part}`);
  return {
    rows: request.scores.rows,
    ...(result as unknown as Scored),
    ...(request.threshold === undefined ? {} : { threshold: request.threshold }),
    ...(intervals === undefined ? {} : { level: intervals.level, intervals: bootstrapIntervals(request, result.metrics, { ...intervals, salt }) as unknown as Json }),
  };
}

/** Reads a model's scores, and says how they are judged. */
export async function prepareScoring(context: RunContext, { params, artifact, part }: Scoring): Promise<MetricsRequest> {
  const scores = await readScores(context, artifact, part);
  const { target } = scores;
  const binned = params.calibration !== undefined && target.kind === 'classes';
  return {
    scores,
    task: artifact.task,
    metrics: params.metrics,
    threshold: artifact.threshold,
    ...(binned ? { edges: binEdges(confidences({ rows: scores.rows, values: scores.values, truth: target.codes }).values, params.calibration) } : {}),
  };
}
