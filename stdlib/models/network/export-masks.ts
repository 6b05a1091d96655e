import { HIDDEN } from '../../../runtime/networks/description.ts';
import type { LayerPlace } from '../../../runtime/networks/shapes.ts';
import type { JsonObject } from '../../../compiler/json.ts';
import type { ExportedLayer } from './exported-layer.ts';

/** The input of which steps count, shape (rows, steps), and what layers make of it, by their names. */
export interface ExportedMasks {
  readonly layers: readonly ExportedLayer[];
  /** 1 for a step that counts, else 0; shape (rows, steps, 1). */
  readonly column: string;
  /** 0 for a step that counts, else less than any number of a sequence can be; shape (rows, steps, 1). */
  readonly away: string;
  /** 0 for a step that counts, else what hides its score; shape (rows, 1, steps). */
  readonly hidden: string;
  /** Of the steps that count, equal shares that add up to 1; shape (rows, 1, steps). */
  readonly shares: string;
}

/** Added to any number of a sequence it gives itself, in floats of 32 bits too. */
const AWAY = 2 ** 100;

/** Makes of which steps count what layers of sequences need. */
export function masksOf(input: ExportedLayer, steps: number): ExportedMasks {
  const layers = [
    input,
    plain('present_column', 'Reshape', { target_shape: [steps, 1] }, [input.name]),
    plain('away', 'Rescaling', { scale: AWAY, offset: -AWAY }, ['present_column']),
    plain('present_row', 'Reshape', { target_shape: [1, steps] }, [input.name]),
    plain('hidden', 'Rescaling', { scale: HIDDEN, offset: -HIDDEN }, ['present_row']),
    plain('even', 'Activation', { activation: 'softmax' }, ['hidden']),
    plain('shares', 'Multiply', {}, ['even', 'present_row']),
  ];
  return { layers, column: 'present_column', away: 'away', hidden: 'hidden', shares: 'shares' };
}

/**
 * A layer that leaves steps out: recurrent ones behind a layer `Masking`, which knows these steps by a number that no other
 * has. What they give of every step loses Keras' own mask again, which few layers pass on.
 */
export function maskedLayers(masks: ExportedMasks, { layer, gives }: LayerPlace, { before, own }: { readonly before: string; readonly own: Omit<ExportedLayer, 'after'> }): ExportedLayer[] {
  const { name } = own;
  if (layer.kind === 'global_average_pool') return [plain(`${name}_mean`, 'Dot', { axes: [2, 1], normalize: false }, [masks.shares, before]), plain(name, 'Reshape', { target_shape: gives }, [`${name}_mean`])];
  const last = plain(`${name}_counted`, 'Multiply', {}, [masks.column, name]);
  return [
    plain(`${name}_away`, 'Add', {}, [before, masks.away]),
    plain(`${name}_masked`, 'Masking', { mask_value: -AWAY }, [`${name}_away`]),
    { ...own, after: [`${name}_masked`] },
    ...(gives.length > 1 ? [last] : []),
  ];
}

function plain(name: string, type: string, config: JsonObject, after: readonly string[]): ExportedLayer {
  return { name, type, config, after, arrays: [] };
}
