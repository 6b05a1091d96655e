import type { InferContext } from '../../../compiler/kinds/kind.ts';
import { widthAfter, type Layer } from '../../../runtime/networks/description.ts';
import { parameterCount } from '../../../runtime/networks/parameters.ts';
import { featuresOf } from '../scored-model.ts';
import type { NetworkSettings } from './network-params.ts';

/** The most that a network may learn: with an optimizer's arrays beside them they take four gigabytes. */
export const MOST_PARAMETERS = 2 ** 28;

/** A layer as the language writes it. */
export function layerText(layer: Layer): string {
  switch (layer.kind) {
    case 'dense':
      return `dense(${layer.units}, ${layer.activation})`;
    case 'dropout':
      return `dropout(${layer.rate})`;
    case 'batch_norm':
      return 'batch_norm';
  }
}

/** Columns that the first layer sees at least: levels of categories, and whether values are missing, are known when it runs. */
interface Seen {
  readonly width: number;
  readonly exact: boolean;
}

/** Checks layer by layer, by the shape so far, that each can do something with what it sees. */
export function checkLayers(context: InferContext, { layers, batch }: NetworkSettings): boolean {
  const { features } = featuresOf(context);
  let seen: Seen = { width: features.length, exact: features.every(({ kind, nullable }) => kind === 'numeric' && !nullable) };
  for (const [index, layer] of layers.entries()) {
    const sees = `(rows, ${seen.exact ? '' : 'at least '}${seen.width.toLocaleString('en')})`;
    const parameters = parameterCount(layer, seen.width);
    if (parameters > MOST_PARAMETERS) {
      context.report('layer-too-large', context.spanOf(['layers', index]), { place: index + 1, layer: layerText(layer), sees, parameters, most: MOST_PARAMETERS });
      return false;
    }
    if (layer.kind === 'batch_norm' && batch < 2) {
      context.report('normalised-alone', context.spanOf(['layers', index]), { place: index + 1, sees });
      return false;
    }
    seen = { width: widthAfter(layer, seen.width), exact: seen.exact || layer.kind === 'dense' };
  }
  return true;
}
