import { inputWidth, type NetworkDescription } from '../../networks/description.ts';
import type { Layout, ParameterSpec } from '../../networks/parameters.ts';
import type { LayerPlace } from '../../networks/shapes.ts';
import { flattened, outputAt, type GraphBuilder } from './graph-builder.ts';
import type { GraphPass, Moments } from './graph-pass.ts';
import { addLayer } from './layers.ts';
import type { Computation, Output } from './library.ts';
import { addLossGradient } from './loss-gradients.ts';

/** A network, and where its numbers lie. */
export interface LaidOutNetwork {
  readonly description: NetworkDescription;
  readonly layout: Layout;
  /** The layers with their shapes. */
  readonly places: readonly LayerPlace[];
}

/** The parameters that layers have, which lie together: embeddings are looked up before. */
export function layerParameters({ parameters }: Layout): ParameterSpec[] {
  return parameters.filter(({ owner }) => 'layer' in owner);
}

/** Whether anything before the first layer learns. */
export function learnsInputs({ inputs }: NetworkDescription): boolean {
  return inputs.categories.some(({ kind }) => kind === 'embedding');
}

/**
 * A training step without its last part, which changes parameters. Fed: parameters of layers, inputs, truth, shares of rows,
 * where inputs have them the array and which of its steps count, and a mask for each dropout; fetched: outputs, the gradient by the parameters, then where inputs learn the gradient by
 * them, and where layers normalise the batch's moments.
 */
export function trainingComputation(builder: GraphBuilder, network: LaidOutNetwork): Computation {
  const { description, layout } = network;
  const { parameters, all } = addParameters(builder, network);
  const inputs = addInputs(builder, description);
  const array = addArray(builder, description);
  const present = addPresent(builder, description);
  const masks: Output[] = [];
  const moments: Moments[] = [];
  const values = addLayers(network, { inputs, array }, {
    builder,
    array: inTurn(all),
    ...present,
    mask: (shape) => {
      const mask = builder.placeholder('float32', [-1, ...shape]);
      masks.push(mask);
      return mask;
    },
    found: (one) => void moments.push(one),
  });
  const [truth, shares] = [builder.placeholder('float32', [-1]), builder.placeholder('float32', [-1])];
  const ofY = addLossGradient(builder, description, { outputs: values, width: description.outputs, truth, shares });
  const learned = learnsInputs(description) ? [inputs] : [];
  const gradients = builder.gradients({ y: values, ofY, xs: [...all, ...learned] });
  return {
    feeds: [parameters, inputs, truth, shares, ...(array === undefined ? [] : [array]), ...Object.values(present), ...masks],
    fetches: [
      values,
      flattened(builder, gradients.slice(0, all.length)),
      ...gradients.slice(all.length),
      ...(layout.statisticsSize === 0 ? [] : [flattened(builder, moments.flatMap(({ mean, variance }) => [mean, variance]))]),
    ],
  };
}

/** Answering. Fed: parameters of layers, inputs, where layers normalise the running moments, and where there are any the array and which of its steps count; fetched: outputs. */
export function answeringComputation(builder: GraphBuilder, network: LaidOutNetwork): Computation {
  const { description, layout } = network;
  const { parameters, all } = addParameters(builder, network);
  const inputs = addInputs(builder, description);
  const statistics = layout.statisticsSize === 0 ? undefined : builder.placeholder('float32', [layout.statisticsSize]);
  const moments = inTurn(statistics === undefined ? [] : split(builder, statistics, layout.statistics.flatMap(({ width }) => [width, width])));
  const array = addArray(builder, description);
  const present = addPresent(builder, description);
  const values = addLayers(network, { inputs, array }, { builder, array: inTurn(all), ...present, running: () => ({ mean: moments(), variance: moments() }), found: () => undefined });
  return { feeds: [parameters, inputs, ...(statistics === undefined ? [] : [statistics]), ...(array === undefined ? [] : [array]), ...Object.values(present)], fetches: [values] };
}

/** One after the other, at each call. */
function inTurn(outputs: readonly Output[]): () => Output {
  let next = 0;
  return () => outputs[next++] as Output;
}

interface Seen {
  readonly inputs: Output;
  readonly array: Output | undefined;
}

/** All layers, one after the other. */
function addLayers({ description, places }: LaidOutNetwork, seen: Seen, pass: GraphPass): Output {
  const { builder } = pass;
  return places.reduce((values, place) => {
    const output = addLayer(pass, place, values);
    return place.joins > 0 ? beside(builder, output, seen.inputs) : output;
  }, firstSeen(builder, description, seen));
}

function addInputs(builder: GraphBuilder, { inputs }: NetworkDescription): Output {
  return builder.placeholder('float32', [-1, inputWidth(inputs)]);
}

function addArray(builder: GraphBuilder, { inputs: { array } }: NetworkDescription): Output | undefined {
  return array === undefined ? undefined : builder.placeholder('float32', [-1, ...array]);
}

function addPresent(builder: GraphBuilder, { inputs: { array, masked } }: NetworkDescription): Pick<GraphPass, 'present'> {
  return masked === undefined ? {} : { present: builder.placeholder('float32', [-1, array?.[0] as number]) };
}

/** What the first layer sees: numbers and categories, an array, or a flat one with them beside it. */
function firstSeen(builder: GraphBuilder, description: NetworkDescription, { inputs, array }: Seen): Output {
  if (array === undefined) return inputs;
  return description.inputs.array?.length === 1 ? beside(builder, array, inputs) : array;
}

function beside(builder: GraphBuilder, values: Output, inputs: Output): Output {
  return builder.add('ConcatV2', [[values, inputs], builder.integer(1)]);
}

interface Parameters {
  /** One vector of all. */
  readonly parameters: Output;
  readonly all: readonly Output[];
}

function addParameters(builder: GraphBuilder, { layout }: LaidOutNetwork): Parameters {
  const specs = layerParameters(layout);
  const parameters = builder.placeholder('float32', [specs.reduce((sum, { length }) => sum + length, 0)]);
  const vectors = split(builder, parameters, specs.map(({ length }) => length));
  const all = vectors.map((vector, at) => builder.add('Reshape', [vector, builder.integers(specs[at]?.shape ?? [])]));
  return { parameters, all };
}

/** A vector in pieces of these lengths, of which there are at least two. */
function split(builder: GraphBuilder, vector: Output, lengths: readonly number[]): Output[] {
  const first = builder.add('SplitV', [vector, builder.integers(lengths), builder.integer(0)], { num_split: { kind: 'int', value: lengths.length } });
  return lengths.map((_, index) => outputAt(first, index));
}
