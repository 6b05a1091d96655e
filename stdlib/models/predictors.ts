import { StepError, type RunContext } from '../../compiler/kinds/run.ts';
import type { ModelArtifact } from '../../compiler/plan/artifact.ts';
import type { Feature, Matrix } from '../../runtime/data/matrix.ts';
import type { LinearModel } from './linear/linear-model.ts';
import { predictBaseline, type BaselineModel } from './linear/baseline.ts';
import { linearPredictor } from './linear/predict-linear.ts';

/** A loaded model that predicts one row at a time, as serving does. */
export interface RowPredictor {
  /** `values` are the features in the order of their names: numbers, codes of categories, NaN for what is missing. */
  readonly predictRow: (values: ArrayLike<number>) => ArrayLike<number>;
  readonly close: () => void;
}

/** Opens a model for single rows. `template` has its features, with no rows. */
export async function openRowPredictor(
  context: Pick<RunContext, 'readBlob' | 'engines'>,
  model: ModelArtifact,
  template: Matrix,
): Promise<RowPredictor> {
  const bytes = await context.readBlob(model.model.digest);
  switch (model.kind) {
    case 'xgboost': {
      const { openXgboostPredictor } = await import('../../runtime/engines/xgboost/predict.ts');
      const library = context.engines['xgboost'];
      if (library === undefined) throw new StepError('XGBoost is not there', 'run `mlp apply` to fetch it');
      return openXgboostPredictor({ library, model: bytes, features: template.features.length });
    }
    case 'logistic':
    case 'linear':
      return rowOfMatrix(template, linearPredictor(JSON.parse(new TextDecoder().decode(bytes)) as LinearModel));
    case 'baseline': {
      const baseline = JSON.parse(new TextDecoder().decode(bytes)) as BaselineModel;
      return { predictRow: () => predictBaseline(baseline, 1), close: () => undefined };
    }
    default:
      throw new Error(`no predictor for models of the kind ${model.kind}`);
  }
}

/** Predicts a row through a matrix of one row, which is used again each time. */
function rowOfMatrix(template: Matrix, predict: (matrix: Matrix) => Float64Array): RowPredictor {
  const features = template.features.map(
    (feature): Feature => (feature.kind === 'category' ? { ...feature, codes: new Uint32Array(1) } : { ...feature, values: new Float64Array(1) }),
  );
  const matrix: Matrix = { rows: 1, features };
  return {
    predictRow: (values) => {
      features.forEach((feature, index) => {
        const value = values[index] ?? NaN;
        if (feature.kind === 'numeric') feature.values[0] = value;
        else feature.codes[0] = Number.isNaN(value) ? 0xffffffff : value;
      });
      return predict(matrix);
    },
    close: () => undefined,
  };
}
