import type { Json, JsonObject } from '../../../compiler/json.ts';
import { LEAKY_SLOPE, inputWidth, type Activation, type AttentionLayer, type Layer, type RecurrentLayer, type ResidualLayer, type Shape } from '../../../runtime/networks/description.ts';
import { arraysOf, layoutOf, viewOf } from '../../../runtime/networks/parameters.ts';
import { placesOf, windowsOf, type LayerPlace } from '../../../runtime/networks/shapes.ts';
import { maskedLayers, masksOf, type ExportedMasks } from './export-masks.ts';
import type { ExportedArray, ExportedLayer } from './exported-layer.ts';
import type { NetworkAbout, NetworkModel } from './network-model.ts';

/**
 * A network as a folder that `tf.loadLayersModel` opens: `model.json` with `weights.bin`, and `preprocessing.json`, which
 * says how to make its inputs from raw columns. It has an input `array` where there is one, and `present` of shape (rows, steps)
 * where its steps may not count; an input `numbers`, shape (rows, numbers), and one for each
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
  const take = arraysInTurn(model);
  const addPlace = (place: LayerPlace, name: string): void => {
    const masks = place.sees.length === 2 ? inputs.masks : undefined;
    if (place.layer.kind === 'attention') {
      layers.push(...attentionLayers(place.layer, name, { before, arrays: take(place), masks }));
      before = name;
    } else if (place.layer.kind === 'residual') {
      const entry = before;
      place.inner.forEach((one, index) => addPlace(one, `${name}_${index}`));
      layers.push({ name, type: 'Add', config: {}, after: [entry, before], arrays: [] });
      before = name;
    } else if (masks !== undefined && MASKED.includes(place.layer.kind)) {
      const [own] = layersOf(place.layer, place.sees, { name, arrays: take(place) });
      layers.push(...maskedLayers(masks, place, { before, own: own as Unplaced }));
      before = layers.at(-1)?.name ?? name;
    } else for (const one of layersOf(place.layer, place.sees, { name, arrays: take(place) })) add(one);
  };
  placesOf(model.about.description).forEach((place, index) => {
    addPlace(place, `layer_${index}`);
    if (place.joins === 0) return;
    layers.push(sideBySide('joined', [before, inputs.beside]));
    before = 'joined';
  });
  const { loss } = model.about.description;
  const { target } = model.about;
  if (target !== undefined) add({ name: 'answer', type: 'Rescaling', config: { scale: target.deviation, offset: target.mean }, arrays: [] });
  else add({ name: 'answer', type: 'Activation', config: { activation: loss === 'binary' ? 'sigmoid' : 'softmax' }, arrays: [] });
  return needed(layers);
}

/** The layers that the last one follows from. */
function needed(layers: readonly ExportedLayer[]): ExportedLayer[] {
  const names = new Set([layers.at(-1)?.name]);
  for (const { name, after } of layers.toReversed()) if (names.has(name)) for (const one of after) names.add(one);
  return layers.filter(({ name }) => names.has(name));
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
  /** Where steps of the array may not count. */
  readonly masks?: ExportedMasks;
}

/** The array, and what is beside it; without an array, that is what the first layer sees. */
function inputLayers(model: NetworkModel): InputLayers {
  const { array } = model.about.description.inputs;
  if (array === undefined) {
    const { layers, last } = columnLayers(model);
    return { layers, first: last, beside: last };
  }
  const own = inputLayer('array', array);
  const steps = array[0] as number;
  const masks = model.about.description.inputs.masked === undefined ? {} : { masks: masksOf(inputLayer('present', [steps]), steps) };
  const first = [own, ...(masks.masks?.layers ?? [])];
  if (inputWidth(model.about.description.inputs) === 0) return { layers: first, first: own.name, beside: own.name, ...masks };
  const { layers, last } = columnLayers(model);
  if (array.length > 1) return { layers: [...first, ...layers], first: own.name, beside: last, ...masks };
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

/** A function that gives the arrays of one layer after the other, running statistics included. */
function arraysInTurn({ about, parameters, statistics }: NetworkModel): (place: LayerPlace) => ExportedArray[] {
  const layout = layoutOf(about.description);
  const specs = layout.parameters.filter(({ owner }) => 'layer' in owner);
  const moments = [...layout.statistics];
  return ({ layer, sees }) => {
    const own = specs.splice(0, arraysOf(layer, sees).length).map((spec) => ({
      name: KERAS_NAMES[spec.role],
      shape: spec.role === 'kernel' || spec.role === 'recurrent' ? spec.shape : spec.shape.slice(1),
      values: viewOf(parameters, spec),
    }));
    const running = moments.splice(0, layer.kind === 'batch_norm' ? 1 : 0).flatMap(({ offset, width }) => [
      { name: 'moving_mean', shape: [width], values: statistics.subarray(offset, offset + width) },
      { name: 'moving_variance', shape: [width], values: statistics.subarray(offset + width, offset + 2 * width) },
    ]);
    return [...own, ...running];
  };
}

interface Attending {
  readonly before: string;
  readonly arrays: readonly ExportedArray[];
  readonly masks: ExportedMasks | undefined;
}

/**
 * Attention as what it consists of, as TensorFlow.js reads no model with a layer of it: by heads, a dense layer for each
 * of queries (divided by the root of their width), keys and values, and products between these.
 */
function attentionLayers({ num_heads: heads, key_dim: size }: AttentionLayer, name: string, { before, arrays, masks }: Attending): ExportedLayer[] {
  const dense = (own: string, of: string, units: number, [kernel, bias]: readonly ExportedArray[]): ExportedLayer =>
    ({ name: own, type: 'Dense', config: { units, activation: 'linear', use_bias: true }, after: [of], arrays: [kernel as ExportedArray, bias as ExportedArray] });
  const byHeads = Array.from({ length: heads }, (_, head): ExportedLayer[] => {
    const own = `${name}_head_${head}`;
    const linear = ['queries', 'keys', 'values'].map((what, index) =>
      dense(`${own}_${what}`, before, size, arrays.slice(2 * index, 2 * index + 2).map((array) => columnsOf(array, head * size, size, index === 0 ? 1 / Math.sqrt(size) : 1))));
    return [
      ...linear,
      { name: `${own}_scores`, type: 'Dot', config: { axes: [2, 2], normalize: false }, after: [`${own}_queries`, `${own}_keys`], arrays: [] },
      ...(masks === undefined ? [] : [{ name: `${own}_visible`, type: 'Add', config: {}, after: [`${own}_scores`, masks.hidden], arrays: [] }]),
      { name: `${own}_shares`, type: 'Activation', config: { activation: 'softmax' }, after: [`${own}_${masks === undefined ? 'scores' : 'visible'}`], arrays: [] },
      { name: own, type: 'Dot', config: { axes: [2, 1], normalize: false }, after: [`${own}_shares`, `${own}_values`], arrays: [] },
    ];
  });
  const answers = byHeads.map((layers) => (layers.at(-1) as ExportedLayer).name);
  const together = answers.length === 1 ? [] : [sideBySide(`${name}_heads`, answers)];
  const channels = arrays[7]?.shape[0] ?? 0;
  return [...byHeads.flat(), ...together, dense(name, together[0]?.name ?? (answers[0] as string), channels, arrays.slice(6))];
}

/** Some columns of an array, all times a number. */
function columnsOf({ name, shape, values }: ExportedArray, from: number, count: number, factor: number): ExportedArray {
  const width = shape.at(-1) as number;
  const rows = values.length / width;
  const taken = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) for (let at = 0; at < count; at++) taken[row * count + at] = factor * (values[row * width + from + at] as number);
  return { name, shape: [...shape.slice(0, -1), count], values: taken };
}

type Unplaced = Omit<ExportedLayer, 'after'>;

type PlainLayer = Exclude<Layer, AttentionLayer | ResidualLayer>;

/** The layers that leave steps out by others beside them. */
const MASKED: readonly Layer['kind'][] = ['lstm', 'gru', 'bidirectional', 'global_average_pool'];

/** A leaky rectifier is a layer of its own there; all other activations have the same name. */
function activated({ name, ...layer }: Unplaced, activation: Activation): Unplaced[] {
  const isLeaky = activation === 'leaky_relu';
  const own = { ...layer, name, config: { ...layer.config, activation: isLeaky ? 'linear' : activation, use_bias: true } };
  return isLeaky ? [own, { name: `${name}_leak`, type: 'LeakyReLU', config: { alpha: LEAKY_SLOPE }, arrays: [] }] : [own];
}

function recurrentLayer({ kind, units, sequence }: RecurrentLayer): Pick<Unplaced, 'type' | 'config'> {
  const config = { units, activation: 'tanh', recurrent_activation: 'sigmoid', use_bias: true, return_sequences: sequence };
  return kind === 'gru' ? { type: 'GRU', config: { ...config, reset_after: false } } : { type: 'LSTM', config: { ...config, unit_forget_bias: false } };
}

function layersOf(layer: PlainLayer, sees: Shape, { name, arrays }: Pick<Unplaced, 'name' | 'arrays'>): Unplaced[] {
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
    case 'gru':
      return [{ name, ...recurrentLayer(layer), arrays }];
    case 'bidirectional': {
      const { type, config } = recurrentLayer(layer.layer);
      const named = arrays.map((array, at) => ({ ...array, name: `${at < arrays.length / 2 ? 'forward' : 'backward'}_${name}_one/${array.name}` }));
      return [{ name, type: 'Bidirectional', config: { layer: { class_name: type, config: { name: `${name}_one`, ...config } }, merge_mode: 'concat' }, arrays: named }];
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
  return { format: 'mlp-network-preprocessing-1', prepare: prepared, ...(array === undefined ? {} : { array: { feature: array.feature, shape: array.shape, standards: array.standards.map(({ mean, deviation }) => ({ mean, deviation })), missing: 'mean', ...(inputs.masked === undefined ? {} : { present: 'a step counts, which is 1 in the input `present`, where any of its numbers is there' }) } }), numbers, categories, answer: { task, ...(classes === undefined ? {} : { classes }) } };
}
