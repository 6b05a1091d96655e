import { allLayers, inputWidth, type ConvolutionLayer, type Layer, type NetworkDescription, type NetworkInputs, type PoolLayer, type Shape } from './description.ts';

/** Why a layer can do nothing with a shape: what it wants to see, and what may help. */
export interface Misfit {
  readonly wants: string;
  readonly way: string;
}

/** What a layer makes of a shape. */
export type Fit = { readonly shape: Shape } | { readonly misfit: Misfit };

/** A layer with what it sees of a row and what it gives. */
export interface LayerPlace {
  readonly layer: Layer;
  readonly sees: Shape;
  /** Without the columns that then stand beside it. */
  readonly gives: Shape;
  /** Columns of numbers and categories that stand beside what it gives: those of a network whose array became flat here. */
  readonly joins: number;
  /** Those of the layers within it. */
  readonly inner: readonly LayerPlace[];
}

/** What the first layer sees of a row. */
export function inputShape(inputs: NetworkInputs): Shape {
  const { array } = inputs;
  if (array === undefined) return [inputWidth(inputs)];
  return array.length === 1 ? joined(array, inputWidth(inputs)) : array;
}

/** The numbers of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The layers of a network that fit, the implied last one included, each with its shapes. */
export function placesOf(description: Pick<NetworkDescription, 'inputs' | 'layers' | 'outputs'>): readonly LayerPlace[] {
  return placesThrough(allLayers(description), inputShape(description.inputs), inputWidth(description.inputs));
}

/** Layers that fit, each with its shapes; `columns` stand beside an array where it becomes flat. */
export function placesThrough(layers: readonly Layer[], first: Shape, columns = 0): readonly LayerPlace[] {
  let sees = first;
  return layers.map((layer) => {
    const fit = fitLayer(layer, sees);
    if ('misfit' in fit) throw new Error(`\`${layer.kind}\` cannot see (${sees.join(', ')})`);
    const joins = joinsAfter(columns, sees, fit.shape);
    const place: LayerPlace = { layer, sees, gives: fit.shape, joins, inner: layer.kind === 'residual' ? placesThrough(layer.layers, sees) : [] };
    sees = joined(fit.shape, joins);
    return place;
  });
}

/** The places with those within them, in the order in which values go through them. */
export function everyPlace(places: readonly LayerPlace[]): readonly LayerPlace[] {
  return places.flatMap((place) => [...everyPlace(place.inner), place]);
}

/** The most numbers of a row that a layer has to do with at once: what it sees or gives, or how steps attend to steps. */
export function numbersAt({ layer, sees, gives }: LayerPlace): number {
  const within = layer.kind === 'attention' ? layer.num_heads * (sees[0] as number) ** 2 : 0;
  return Math.max(sizeOf(sees), sizeOf(gives), within);
}

/** Of the columns beside an array, how many stand beside what a layer gives. */
export function joinsAfter(columns: number, sees: Shape, gives: Shape): number {
  return sees.length > 1 && gives.length === 1 ? columns : 0;
}

/** A flat shape with columns beside it. */
export function joined([first, ...rest]: Shape, columns: number): Shape {
  return [(first ?? 0) + columns, ...rest];
}

/** What a layer makes of a row of a shape, or why it cannot. */
export function fitLayer(layer: Layer, sees: Shape): Fit {
  switch (layer.kind) {
    case 'dense':
      return { shape: [...sees.slice(0, -1), layer.units] };
    case 'conv2d':
    case 'conv1d':
      return fitWindows(layer, sees, layer.filters);
    case 'max_pool':
    case 'average_pool':
      return fitWindows(layer, sees, sees.at(-1) ?? 0);
    case 'global_max_pool':
    case 'global_average_pool':
      return sees.length > 1 ? { shape: sees.slice(-1) } : { misfit: { wants: 'an image or a sequence', way: 'what it sees is flat already' } };
    case 'lstm':
    case 'gru':
      return fitSequence(sees, (steps) => (layer.sequence ? [steps, layer.units] : [layer.units]));
    case 'bidirectional':
      return fitSequence(sees, (steps) => (layer.layer.sequence ? [steps, 2 * layer.layer.units] : [2 * layer.layer.units]));
    case 'attention':
      return fitSequence(sees, () => sees);
    case 'residual':
      return fitResidual(layer.layers, sees);
    case 'flatten':
      return { shape: [sizeOf(sees)] };
    case 'dropout':
    case 'batch_norm':
    case 'layer_norm':
      return { shape: sees };
  }
}

/** Why a layer cannot do with steps that do not count, if it cannot. */
export function maskMisfit(layer: Layer): Misfit | undefined {
  switch (layer.kind) {
    case 'conv1d':
    case 'conv2d':
    case 'max_pool':
    case 'average_pool':
    case 'global_max_pool':
    case 'flatten':
      return { wants: 'steps that all count, without `masking`', way: 'Keras warns here that the mask is lost: take a recurrent layer, `attention` or `global_average_pool`, which leave steps out, or leave `masking` out, and missing steps are the mean' };
    case 'dense':
    case 'dropout':
    case 'batch_norm':
    case 'layer_norm':
    case 'lstm':
    case 'gru':
    case 'bidirectional':
    case 'attention':
    case 'residual':
    case 'global_average_pool':
      return undefined;
  }
}

function fitSequence(sees: Shape, gives: (steps: number) => Shape): Fit {
  if (sees.length !== 2) return { misfit: { wants: 'a sequence (steps, channels)', way: wayToShape(sees, [1]) } };
  return { shape: gives(sees[0] as number) };
}

function fitResidual(layers: readonly Layer[], sees: Shape): Fit {
  let shape = sees;
  for (const layer of layers) {
    const fit = fitLayer(layer, shape);
    if ('misfit' in fit) return fit;
    ({ shape } = fit);
  }
  if (shape.length === sees.length && shape.every((length, axis) => length === sees[axis])) return { shape };
  return { misfit: { wants: `layers that give the same, not (rows, ${shape.join(', ')})`, way: 'what it sees is added to what its layers give: end them with as many units or filters, and let windows go beyond the edges with `padding: same`' } };
}

function fitWindows(layer: ConvolutionLayer | PoolLayer, sees: Shape, channels: number): Fit {
  const axes = axesOf(layer);
  if (!axes.includes(sees.length - 1)) return { misfit: { wants: axes.map((count) => (count === 1 ? 'a sequence (steps, channels)' : 'an image (height, width, channels)')).join(' or '), way: wayToShape(sees, axes) } };
  const windows = windowsOf(layer, sees);
  if (windows.some(({ count }) => count < 1)) return { misfit: { wants: `at least ${windows.map(({ size }) => size).join(' by ')} of them`, way: 'take a smaller `size`, or fewer or smaller pools and strides before it' } };
  return { shape: [...windows.map(({ count }) => count), channels] };
}

/** How many axes a layer's windows may have. */
function axesOf(layer: ConvolutionLayer | PoolLayer): readonly number[] {
  if (layer.kind === 'conv1d') return [1];
  if (layer.kind === 'conv2d') return [2];
  return layer.size.length > 1 ? [2] : [2, 1];
}

function wayToShape(sees: Shape, axes: readonly number[]): string {
  if (sees.length > 1 && axes.includes(2)) return 'an image has three axes, with 1 channel for grey: `array { pixels: [28, 28, 1] }`';
  if (sees.length > 1) return 'a sequence has two axes: `array { history: [14, 3] }`';
  const shape = axes.includes(2) ? '`array { pixels: [28, 28, 1] }`' : '`array { history: [14, 3] }`';
  return `a column of lists has the shape that \`prepare\` gives it, such as ${shape}, until \`flatten\` or a global pool`;
}

/** How the windows of a layer lie along an axis: how many, and how far they go beyond the edges. */
export interface Windows {
  /** What they lie over. */
  readonly length: number;
  readonly size: number;
  readonly stride: number;
  readonly count: number;
  readonly before: number;
  readonly after: number;
}

/** The windows of a layer along each axis but that of channels, as TensorFlow lays them. */
export function windowsOf(layer: ConvolutionLayer | PoolLayer, sees: Shape): readonly Windows[] {
  return sees.slice(0, -1).map((length, axis): Windows => {
    const [size, stride] = [layer.size, layer.stride].map((values) => values[axis] ?? values[0]) as [number, number];
    if (!('padding' in layer) || layer.padding === 'valid') return { length, size, stride, count: Math.floor((length - size) / stride) + 1, before: 0, after: 0 };
    const count = Math.ceil(length / stride);
    const beyond = Math.max(0, (count - 1) * stride + size - length);
    const before = Math.floor(beyond / 2);
    return { length, size, stride, count, before, after: beyond - before };
  });
}
