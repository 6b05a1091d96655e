import type { Matrix } from '../../runtime/data/matrix.ts';
import { openXgboostPredictor } from '../../runtime/engines/xgboost/predict.ts';
import type { PredictorRequest } from '../../runtime/trainers/predictor.ts';

/** Opens a model for one matrix. */
export async function predictXgboost({ matrix, ...request }: Omit<PredictorRequest, 'features'> & { readonly matrix: Matrix }): Promise<Float32Array> {
  const predictor = await openXgboostPredictor({ ...request, features: matrix.features });
  try {
    return predictor.predict(matrix);
  } finally {
    predictor.close();
  }
}
