import type { JsonObject } from '../../compiler/json.ts';
import { planOf, stepOf } from '../support/compile.ts';

/** A pipeline up to features of an array of a shape, or of one number where the shape is empty. */
export const textOf = (shape: readonly number[]) => `
source flights = csv("flights.csv") { schema { id: int, date: timestamp, distance: int?, delay: int, late: bool } }
table rows = sql("SELECT late, delay AS a, [id] AS pixels FROM flights")
split parts = holdout(rows) { target: late }
features x = prepare(parts) { use: [${shape.length === 0 ? 'a] ' : `pixels], array { pixels: [${shape.join(', ')}] }`} }
`;

/** The complete parameters of a model of such features. */
export const paramsOf = async (shape: readonly number[], model: string): Promise<JsonObject> => stepOf(await planOf(`${textOf(shape)}model net = ${model}`), 'net').params;
