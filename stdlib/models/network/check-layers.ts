import type { InferContext } from '../../../compiler/kinds/kind.ts';
import type { FeatureSpec } from '../../../compiler/types.ts';
import type { NetworkInputs, Shape } from '../../../runtime/networks/description.ts';
import { parameterCount } from '../../../runtime/networks/parameters.ts';
import { featuresOf } from '../scored-model.ts';
import { fitLayer, inputShape, joinsAfter, joined } from '../../../runtime/networks/shapes.ts';
import { layerText } from './layer-text.ts';
import type { NetworkSettings } from './network-params.ts';

/** The most that a network may learn: with an optimizer's arrays beside them they take four gigabytes. */
export const MOST_PARAMETERS = 2 ** 28;

/** What a layer sees of a row, as far as it is known: levels of categories, and whether values are missing, are when it runs. */
interface Seen {
  readonly shape: Shape;
  readonly exact: boolean;
}

/** Checks layer by layer, by the shape so far, that each can do something with what it sees. */
export function checkLayers(context: InferContext, { layers, batch }: NetworkSettings): boolean {
  const { features } = featuresOf(context);
  const arrays = [...new Set(features.flatMap(({ from, shape }) => (shape === undefined ? [] : [from])))];
  if (arrays.length > 1) {
    context.report('several-arrays', context.span, { columns: arrays });
    return false;
  }
  const { inputs, exact } = knownInputs(features);
  let seen: Seen = { shape: inputShape(inputs), exact: exact || (inputs.array?.length ?? 1) > 1 };
  for (const [index, layer] of layers.entries()) {
    const at = context.spanOf(['layers', index]);
    const place = { place: index + 1, layer: layerText(layer), sees: shapeText(seen) };
    const fit = fitLayer(layer, seen.shape);
    if ('misfit' in fit) {
      context.report('layer-misfit', at, { ...place, ...fit.misfit });
      return false;
    }
    const parameters = parameterCount(layer, seen.shape);
    if (parameters > MOST_PARAMETERS) {
      context.report('layer-too-large', at, { ...place, parameters, most: MOST_PARAMETERS });
      return false;
    }
    if (layer.kind === 'batch_norm' && batch < 2) {
      context.report('normalised-alone', at, place);
      return false;
    }
    const joins = joinsAfter(inputs, seen.shape, fit.shape);
    seen = { shape: joined(fit.shape, joins), exact: (seen.exact || layer.kind === 'dense') && (joins === 0 || exact) };
  }
  if (seen.shape.length === 1) return true;
  context.report('layers-not-flat', context.spanOf(['layers']), { gives: shapeText(seen), image: seen.shape.length > 2 });
  return false;
}

function shapeText({ shape, exact }: Seen): string {
  return `(rows, ${exact ? '' : 'at least '}${shape.map((length) => length.toLocaleString('en')).join(', ')})`;
}

/** The inputs as features tell them: a column each for all that is not an array. */
function knownInputs(features: readonly FeatureSpec[]): { readonly inputs: NetworkInputs; readonly exact: boolean } {
  const array = features.find(({ shape }) => shape !== undefined)?.shape;
  const others = features.filter(({ shape }) => shape === undefined);
  return {
    inputs: { numbers: others.length, categories: [], ...(array === undefined ? {} : { array }) },
    exact: others.every(({ kind, nullable }) => kind === 'numeric' && !nullable),
  };
}
