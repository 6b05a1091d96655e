import type { Json, JsonObject } from '../../../compiler/json.ts';
import { LEAKY_SLOPE, inputWidth, type Activation } from '../../../runtime/networks/description.ts';
import { layoutOf, viewOf } from '../../../runtime/networks/parameters.ts';
import { placesOf, windowsOf, type LayerPlace } from '../../../runtime/networks/shapes.ts';
import type { NetworkAbout, NetworkModel } from './network-model.ts';

/** A layer as Keras and TensorFlow.js write it, the names of those before it, and its arrays by their own names there. */
interface ExportedLayer {
  readonly name: string;
  readonly type: string;
  readonly config: JsonObject;
  readonly after: readonly string[];
  readonly arrays: readonly ExportedArray[];
}

interface ExportedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * A network as a folder that `tf.loadLayersModel` opens: `model.json` with `weights.bin`, and `preprocessing.json`, which
 * says how to make its inputs from raw columns. It has an input `numbers`, shape (rows, numbers), and one for each
 * category: `category_<i>` of shape (rows, levels) for one-hot ones, of codes of shape (rows, 1) for embedded ones. It
 * answers with probabilities, or a number in the target's own unit. `prepared` is what the features were fitted to.
 */
export function tfjsFiles(model: NetworkModel, prepared: Json): Readonly<Record<'model.json' | 'weights.bin' | 'preprocessing.json', Uint8Array>> {
  const layers = exportedLayers(model);
  const arrays = layers.flatMap((layer) => layer.arrays.map((array) => ({ ...array, name: `${layer.name}/${array.name}` })));
  const weights = arrays.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const topology = { class_name: 'Model', config: modelConfig(layers), keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' };
  const description = { format: 'layers-model', generatedBy: 'mlp', convertedBy: null, modelTopology: topology, weightsManifest: [{ paths: ['weights.bin'], weights }] };
  return {
    'model.json': jsonBytes(description),
    'weights.bin': joined(arrays.map(({ values }) => values)),
    'preprocessing.json': jsonBytes(preprocessingOf(model.about, prepared)),
  };
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 1)}\n`);
}

function joined(arrays: readonly Float32Array[]): Uint8Array {
  return Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)));
}

function modelConfig(layers: readonly ExportedLayer[]): JsonObject {
  const inputs = layers.filter(({ type }) => type === 'InputLayer');
  const last = layers.at(-1) as ExportedLayer;
  return {
    name: 'network',
    layers: layers.map(({ name, type, config, after }) => ({
      name,
      class_name: type,
      config: { name, trainable: true, ...config },
      inbound_nodes: after.length === 0 ? [] : [after.map((one) => [one, 0, 0, {}])],
    })),
    input_layers: inputs.map(({ name }) => [name, 0, 0]),
    output_layers: [[last.name, 0, 0]],
  };
}

function exportedLayers(model: NetworkModel): ExportedLayer[] {
  const inputs = inputLayers(model);
  const layers = [...inputs.layers];
  let before = inputs.first;
  const add = (one: Omit<ExportedLayer, 'after'>): void => {
    layers.push({ ...one, after: [before] });
    before = one.name;
  };
  placesOf(model.about.description).forEach((place, index) => {
    for (const one of layersOf(place, `layer_${index}`, arraysOf(model, index))) add(one);
    if (place.joins === 0) return;
    layers.push(sideBySide('joined', [before, inputs.beside]));
    before = 'joined';
  });
  const { loss } = model.about.description;
  const { target } = model.about;
  if (target !== undefined) add({ name: 'answer', type: 'Rescaling', config: { scale: target.deviation, offset: target.mean }, arrays: [] });
  else add({ name: 'answer', type: 'Activation', config: { activation: loss === 'binary' ? 'sigmoid' : 'softmax' }, arrays: [] });
  return layers;
}

function sideBySide(name: string, after: readonly string[]): ExportedLayer {
  return { name, type: 'Concatenate', config: { axis: -1 }, after, arrays: [] };
}

function inputLayer(name: string, shape: readonly number[], dtype = 'float32'): ExportedLayer {
  return { name, type: 'InputLayer', config: { batch_input_shape: [null, ...shape], dtype, sparse: false }, after: [], arrays: [] };
}

interface InputLayers {
  readonly layers: readonly ExportedLayer[];
  /** What the first layer sees. */
  readonly first: string;
  /** Numbers and categories, which stand beside what an array becomes. */
  readonly beside: string;
}

/** The array, and what is beside it; without an array, that is what the first layer sees. */
function inputLayers(model: NetworkModel): InputLayers {
  const { array } = model.about.description.inputs;
  if (array === undefined) {
    const { layers, last } = columnLayers(model);
    return { layers, first: last, beside: last };
  }
  const own = inputLayer('array', array);
  if (inputWidth(model.about.description.inputs) === 0) return { layers: [own], first: own.name, beside: own.name };
  const { layers, last } = columnLayers(model);
  if (array.length > 1) return { layers: [own, ...layers], first: own.name, beside: last };
  return { layers: [own, ...layers, sideBySide('joined', [own.name, last])], first: 'joined', beside: last };
}

/** Numbers and categories side by side, embeddings in their place. */
function columnLayers(model: NetworkModel): { readonly layers: readonly ExportedLayer[]; readonly last: string } {
  const { inputs } = model.about.description;
  const layers: ExportedLayer[] = inputs.numbers === 0 ? [] : [inputLayer('numbers', [inputs.numbers])];
  const seen = layers.map(({ name }) => name);
  inputs.categories.forEach(({ kind, levels, size }, index) => {
    const name = `category_${index}`;
    layers.push(inputLayer(name, [kind === 'embedding' ? 1 : size], kind === 'embedding' ? 'int32' : 'float32'));
    if (kind === 'one_hot') {
      seen.push(name);
      return;
    }
    const spec = layoutOf(model.about.description).parameters.find(({ owner }) => 'category' in owner && owner.category === index);
    const table = spec === undefined ? [] : [{ name: 'embeddings', shape: spec.shape, values: viewOf(model.parameters, spec) }];
    layers.push({ name: `${name}_embedding`, type: 'Embedding', config: { input_dim: levels, output_dim: size, input_length: 1, mask_zero: false }, after: [name], arrays: table });
    layers.push({ name: `${name}_flat`, type: 'Flatten', config: {}, after: [`${name}_embedding`], arrays: [] });
    seen.push(`${name}_flat`);
  });
  const [only] = seen;
  if (seen.length === 1 && only !== undefined) return { layers, last: only };
  return { layers: [...layers, sideBySide('inputs', seen)], last: 'inputs' };
}

const KERAS_NAMES = { embedding: 'embeddings', kernel: 'kernel', recurrent: 'recurrent_kernel', bias: 'bias', scale: 'gamma', shift: 'beta' } as const;

/** The arrays of a layer, running statistics included. */
function arraysOf({ about, parameters, statistics }: NetworkModel, index: number): ExportedArray[] {
  const layout = layoutOf(about.description);
  const own = layout.parameters.flatMap((spec) => {
    if (!('layer' in spec.owner) || spec.owner.layer !== index) return [];
    return [{ name: KERAS_NAMES[spec.role], shape: spec.role === 'kernel' || spec.role === 'recurrent' ? spec.shape : spec.shape.slice(1), values: viewOf(parameters, spec) }];
  });
  const running = layout.statistics.filter(({ layer }) => layer === index).flatMap(({ offset, width }) => [
    { name: 'moving_mean', shape: [width], values: statistics.subarray(offset, offset + width) },
    { name: 'moving_variance', shape: [width], values: statistics.subarray(offset + width, offset + 2 * width) },
  ]);
  return [...own, ...running];
}

type Unplaced = Omit<ExportedLayer, 'after'>;

/** A leaky rectifier is a layer of its own there; all other activations have the same name. */
function activated({ name, ...layer }: Unplaced, activation: Activation): Unplaced[] {
  const isLeaky = activation === 'leaky_relu';
  const own = { ...layer, name, config: { ...layer.config, activation: isLeaky ? 'linear' : activation, use_bias: true } };
  return isLeaky ? [own, { name: `${name}_leak`, type: 'LeakyReLU', config: { alpha: LEAKY_SLOPE }, arrays: [] }] : [own];
}

function layersOf({ layer, sees }: LayerPlace, name: string, arrays: readonly ExportedArray[]): Unplaced[] {
  const axes = sees.length - 1;
  switch (layer.kind) {
    case 'dense':
      return activated({ name, type: 'Dense', config: { units: layer.units }, arrays }, layer.activation);
    case 'conv1d':
    case 'conv2d': {
      const windows = windowsOf(layer, sees);
      const config = { filters: layer.filters, kernel_size: windows.map(({ size }) => size), strides: windows.map(({ stride }) => stride), padding: layer.padding, data_format: 'channels_last' };
      return activated({ name, type: `Conv${axes}D`, config, arrays }, layer.activation);
    }
    case 'max_pool':
    case 'average_pool': {
      const windows = windowsOf(layer, sees);
      const config = { pool_size: windows.map(({ size }) => size), strides: windows.map(({ stride }) => stride), padding: 'valid', data_format: 'channels_last' };
      return [{ name, type: `${layer.kind === 'max_pool' ? 'Max' : 'Average'}Pooling${axes}D`, config, arrays }];
    }
    case 'global_max_pool':
    case 'global_average_pool':
      return [{ name, type: `Global${layer.kind === 'global_max_pool' ? 'Max' : 'Average'}Pooling${axes}D`, config: axes === 2 ? { data_format: 'channels_last' } : {}, arrays }];
    case 'lstm':
    case 'gru': {
      const config = { units: layer.units, activation: 'tanh', recurrent_activation: 'sigmoid', use_bias: true, return_sequences: layer.sequence, ...(layer.kind === 'gru' ? { reset_after: false } : { unit_forget_bias: false }) };
      return [{ name, type: layer.kind === 'gru' ? 'GRU' : 'LSTM', config, arrays }];
    }
    case 'layer_norm':
      return [{ name, type: 'LayerNormalization', config: { axis: -1, epsilon: layer.epsilon, center: true, scale: true }, arrays }];
    case 'flatten':
      return [{ name, type: 'Flatten', config: {}, arrays }];
    case 'dropout':
      return [{ name, type: 'Dropout', config: { rate: layer.rate }, arrays }];
    case 'batch_norm':
      return [{ name, type: 'BatchNormalization', config: { axis: -1, momentum: layer.momentum, epsilon: layer.epsilon, center: true, scale: true }, arrays }];
  }
}

/** From raw columns to inputs: `prepared` first; then (x − mean) / deviation for numbers, codes or columns for categories. */
function preprocessingOf({ task, classes, features, description: { inputs } }: NetworkAbout, prepared: Json): JsonObject {
  const numbers = features.flatMap((feature): JsonObject[] => {
    if (feature.kind !== 'numeric') return [];
    const { feature: name, fill, mean, deviation, missing } = feature;
    return [{ feature: name, fill, mean, deviation }, ...(missing === undefined ? [] : [{ feature: name, isMissing: true, ...missing }])];
  });
  const categories = features.flatMap((feature) => (feature.kind === 'category' ? [feature] : [])).map(({ feature, levels }, index): JsonObject => {
    const { kind, size } = inputs.categories[index] ?? { kind: 'one_hot', size: levels.length };
    const other = kind === 'embedding' || size > levels.length ? { missingOrUnknown: levels.length } : {};
    return { input: `category_${index}`, feature, encoding: kind === 'embedding' ? 'code' : 'one_hot', levels, ...other };
  });
  const array = features.find((feature) => feature.kind === 'array');
  return { format: 'mlp-network-preprocessing-1', prepare: prepared, ...(array === undefined ? {} : { array: { feature: array.feature, shape: array.shape, standards: array.standards.map(({ mean, deviation }) => ({ mean, deviation })), missing: 'mean' } }), numbers, categories, answer: { task, ...(classes === undefined ? {} : { classes }) } };
}
