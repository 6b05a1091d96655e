import type { Matrix } from '../../runtime/data/matrix.ts';
import { openForestPredictor } from '../../runtime/engines/lightgbm/forest.ts';
import { openLightgbmPredictor, type LightgbmPredictor } from '../../runtime/engines/lightgbm/predict.ts';
import type { PredictorRequest } from '../../runtime/trainers/predictor.ts';

/** A model, and the rows to ask it about. */
type Asked = Omit<PredictorRequest, 'features'> & { readonly matrix: Matrix };

/** Opens a model for one matrix. */
export const predictLightgbm = (asked: Asked): Promise<Float64Array> => ask(openLightgbmPredictor, asked);

/** Opens a forest for one matrix. */
export const predictForest = (asked: Asked): Promise<Float64Array> => ask(openForestPredictor, asked);

async function ask(open: (request: PredictorRequest) => Promise<LightgbmPredictor>, { matrix, ...request }: Asked): Promise<Float64Array> {
  const predictor = await open({ ...request, features: matrix.features });
  try {
    return predictor.predict(matrix);
  } finally {
    predictor.close();
  }
}
