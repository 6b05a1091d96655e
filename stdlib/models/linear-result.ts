import type { JsonObject } from '../../compiler/json.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import type { LoadedPart } from '../features/load-features.ts';
import type { LinearFit } from './linear/fit-logistic.ts';
import { linearPredictor } from './linear/predict-linear.ts';
import { summariseLinear } from './linear/summarise-linear.ts';
import { modelResult, type ScoredPart } from './scored-model.ts';

/** Coefficients that a summary lists; the model has them all. */
const LISTED = 20;

/** The artifact of a linear model: readable JSON, its completion included. */
export async function linearResult(
  context: RunContext,
  parts: Readonly<Record<ScoredPart, LoadedPart>>,
  fit: LinearFit,
  warnings: readonly string[],
): Promise<RunResult> {
  const predict = linearPredictor(fit.model);
  return modelResult(context, parts, {
    bytes: new TextEncoder().encode(`${JSON.stringify(fit.model, undefined, 1)}\n`),
    summary: {
      iterations: fit.iterations,
      converged: fit.converged,
      intercepts: fit.model.intercepts,
      coefficients: summariseLinear(fit.model, LISTED) as unknown as readonly JsonObject[],
    },
    warnings: [...fit.warnings, ...warnings],
    predict: (part) => predict(parts[part].matrix),
  });
}
