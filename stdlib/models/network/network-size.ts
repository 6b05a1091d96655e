import type { LearnedSize } from '../../../compiler/plan/plan.ts';
import type { Task } from '../../../compiler/types.ts';
import { slotCount } from '../../../runtime/networks/optimizers.ts';
import { parameterCount } from '../../../runtime/networks/parameters.ts';
import { everyPlace, numbersAt, placesOf, sizeOf } from '../../../runtime/networks/shapes.ts';
import type { KnownInputs } from './check-layers.ts';
import type { NetworkSettings } from './network-params.ts';

/** Of a float. */
const NUMBER_BYTES = 4;

/**
 * The size of a network whose layers fit. In memory stand its parameters, their gradient, what the optimizer keeps for each
 * and the best ones so far; and of each row of a batch what layers see or give, with the gradients by that.
 */
export function networkSize({ inputs, exact }: KnownInputs, { layers, optimizer, stopping, batch }: NetworkSettings, task: Task): LearnedSize {
  const places = placesOf({ inputs, layers, outputs: 1 });
  const parameters = places.reduce((sum, { layer, sees }) => sum + parameterCount(layer, sees), 0);
  const copies = 2 + slotCount(optimizer) + (stopping === undefined ? 0 : 1);
  const numbers = sizeOf(places[0]?.sees ?? []) + everyPlace(places).reduce((sum, place) => sum + numbersAt(place), 0);
  return { parameters, bytes: NUMBER_BYTES * (copies * parameters + 2 * batch * numbers), exact: exact && task !== 'multiclass' };
}
