import type { InferContext } from '../../../compiler/kinds/kind.ts';
import type { FeatureSpec } from '../../../compiler/types.ts';
import { inputWidth, type Layer, type NetworkInputs, type Shape } from '../../../runtime/networks/description.ts';
import { parameterCount } from '../../../runtime/networks/parameters.ts';
import { featuresOf } from '../scored-model.ts';
import { fitLayer, inputShape, joinsAfter, joined, maskMisfit } from '../../../runtime/networks/shapes.ts';
import { layerText } from './layer-text.ts';
import type { NetworkSettings } from './network-params.ts';

/** The most that a network may learn: with an optimizer's arrays beside them they take four gigabytes. */
export const MOST_PARAMETERS = 2 ** 28;

/** What a layer sees of a row, as far as it is known: levels of categories, and whether values are missing, are when it runs. */
interface Seen {
  readonly shape: Shape;
  readonly exact: boolean;
}

/** Columns that stand beside an array where it becomes flat, as far as they are known. */
interface Beside {
  readonly columns: number;
  readonly exact: boolean;
}

/** Checks layer by layer, by the shape so far, that each can do something with what it sees. */
export function checkLayers(context: InferContext, { layers, batch, masking }: NetworkSettings): boolean {
  const { features } = featuresOf(context);
  const arrays = [...new Set(features.flatMap(({ from, shape }) => (shape === undefined ? [] : [from])))];
  if (arrays.length > 1) {
    context.report('several-arrays', context.span, { columns: arrays });
    return false;
  }
  const { inputs, exact } = knownInputs(features);
  const first: Seen = { shape: inputShape(inputs), exact: exact || (inputs.array?.length ?? 1) > 1 };
  if (masking && inputs.array?.length !== 2) {
    context.report('masking-without-steps', context.spanOf(['masking']), {});
    return false;
  }
  const last = throughLayers({ context, batch, masking, layers, path: ['layers'], before: '', beside: { columns: inputWidth(inputs), exact } }, first);
  if (last === undefined) return false;
  if (last.shape.length === 1) return true;
  context.report('layers-not-flat', context.spanOf(['layers']), { gives: shapeText(last), image: last.shape.length > 2 });
  return false;
}

interface Layers {
  readonly context: InferContext;
  readonly batch: number;
  readonly masking: boolean;
  readonly layers: readonly Layer[];
  /** Where the list of them stands. */
  readonly path: readonly (string | number)[];
  /** What stands before their numbers: the place of the layer that they are within, and a dot. */
  readonly before: string;
  readonly beside: Beside;
}

/** What layers make of what the first one sees; nothing where one of them is found wrong. */
function throughLayers(all: Layers, first: Seen): Seen | undefined {
  return all.layers.reduce<Seen | undefined>((seen, layer, index) => seen && throughLayer(all, { layer, index }, seen), first);
}

function throughLayer({ context, batch, masking, path, before, beside }: Layers, { layer, index }: { readonly layer: Layer; readonly index: number }, seen: Seen): Seen | undefined {
  const here = [...path, index];
  const at = context.spanOf(here);
  const place = { place: `${before}${index + 1}`, layer: layerText(layer), sees: shapeText(seen) };
  if (layer.kind === 'residual') {
    if (!seen.exact) {
      context.report('layer-misfit', at, { ...place, wants: 'a number of columns that is known before it runs', way: 'put a `dense` layer before it: how many columns categories and missing values become is found in the rows' });
      return undefined;
    }
    const within = throughLayers({ context, batch, masking, layers: layer.layers, path: [...here, 'layers'], before: `${place.place}.`, beside: { columns: 0, exact: true } }, seen);
    if (within === undefined) return undefined;
  }
  const lost = masking && seen.shape.length > 1 ? maskMisfit(layer) : undefined;
  const fit = lost === undefined ? fitLayer(layer, seen.shape) : { misfit: lost };
  if ('misfit' in fit) {
    context.report('layer-misfit', at, { ...place, ...fit.misfit });
    return undefined;
  }
  const parameters = parameterCount(layer, seen.shape);
  if (parameters > MOST_PARAMETERS) {
    context.report('layer-too-large', at, { ...place, parameters, most: MOST_PARAMETERS });
    return undefined;
  }
  if (layer.kind === 'batch_norm' && batch < 2) {
    context.report('normalised-alone', at, place);
    return undefined;
  }
  const joins = joinsAfter(beside.columns, seen.shape, fit.shape);
  return { shape: joined(fit.shape, joins), exact: (seen.exact || layer.kind === 'dense') && (joins === 0 || beside.exact) };
}

function shapeText({ shape, exact }: Seen): string {
  return `(rows, ${exact ? '' : 'at least '}${shape.map((length) => length.toLocaleString('en')).join(', ')})`;
}

/** Inputs of a network as far as features tell them, and whether that is all. */
export interface KnownInputs {
  readonly inputs: NetworkInputs;
  readonly exact: boolean;
}

/** The inputs as features tell them: a column each for all that is not an array. */
export function knownInputs(features: readonly FeatureSpec[]): KnownInputs {
  const array = features.find(({ shape }) => shape !== undefined)?.shape;
  const others = features.filter(({ shape }) => shape === undefined);
  return {
    inputs: { numbers: others.length, categories: [], ...(array === undefined ? {} : { array }) },
    exact: others.every(({ kind, nullable }) => kind === 'numeric' && !nullable),
  };
}
