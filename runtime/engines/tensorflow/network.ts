import { inputWidth, type NetworkDescription, type Shape } from '../../networks/description.ts';
import type { BatchGradient, ForwardRequest, NetworkEngine, TrainingBatch } from '../../networks/engine.ts';
import { computeLoss } from '../../networks/losses.ts';
import { layoutOf } from '../../networks/parameters.ts';
import { everyPlace, placesOf, sizeOf } from '../../networks/shapes.ts';
import { buildGraph, type GraphBuilder } from './graph-builder.ts';
import type { Computation, TensorflowLibrary } from './library.ts';
import { answeringComputation, layerParameters, learnsInputs, trainingComputation, type LaidOutNetwork } from './network-graphs.ts';
import { openRunner, type Fed, type Runner } from './runner.ts';

/** A network on TensorFlow: a graph for training, and one for answering, each made when it is first asked for. */
export function openTensorflowNetwork(library: TensorflowLibrary, description: NetworkDescription): NetworkEngine {
  const network: LaidOutNetwork = { description, layout: layoutOf(description), places: placesOf(description) };
  const opened: Runner[] = [];
  const runner = (compute: (builder: GraphBuilder) => Computation) => lazy(() => {
    const made = runnerOf(library, compute);
    opened.push(made);
    return made;
  });
  const training = runner((builder) => trainingComputation(builder, network));
  const answering = runner((builder) => answeringComputation(builder, network));
  return {
    differentiate: (batch) => differentiate(training(), network, batch),
    forward: (request) => forward(answering(), network, request),
    close: () => {
      for (const one of opened.splice(0)) one.close();
    },
  };
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function runnerOf(library: TensorflowLibrary, compute: (builder: GraphBuilder) => Computation): Runner {
  const builder = buildGraph(library);
  return openRunner(library, builder.graph, compute(builder));
}

function differentiate(runner: Runner, { description, layout, places }: LaidOutNetwork, batch: TrainingBatch): BatchGradient {
  const { rows, weights } = batch;
  const width = inputWidth(description.inputs);
  const from = layerStart({ layout });
  const shares = weights === undefined ? new Float32Array(rows).fill(1 / rows) : weights.map((weight) => weight / rows);
  const outputs = new Float32Array(rows * description.outputs);
  const gradient = new Float32Array(layout.size);
  const ofInputs = new Float32Array(learnsInputs(description) ? rows * width : 0);
  const statistics = new Float32Array(layout.statisticsSize);
  const masked = everyPlace(places).filter(({ layer }) => layer.kind === 'dropout');
  runner.feed([
    vector(batch.parameters.subarray(from)),
    { values: batch.inputs, shape: [rows, width] },
    vector(new Float32Array(batch.truth)),
    vector(shares),
    ...(batch.array === undefined ? [] : [{ values: batch.array, shape: [rows, ...(description.inputs.array ?? [])] }]),
    ...(batch.present === undefined ? [] : [{ values: batch.present, shape: [rows, batch.present.length / rows] }]),
    ...batch.masks.map((mask, index) => ({ values: mask, shape: [rows, ...(masked[index]?.sees ?? [])] })),
  ]);
  runner.compute([outputs, gradient.subarray(from), ofInputs, statistics].filter(({ length }) => length > 0));
  const { sum, weight } = computeLoss({ ...description, outputs, truth: batch.truth, ...(weights === undefined ? {} : { weights }) });
  return { sum, weight, gradient, ofInputs, statistics };
}

/**
 * Rows that are answered for at once, always as many: what comes of a row then depends neither on how many others there
 * are nor on its place among them. TensorFlow computes what is left of a matrix beside its blocks of 48 or fewer rows, and
 * of an array beside its 16 numbers, by other code, which rounds in its own way.
 */
const ROWS_AT_ONCE = 96;

function forward(runner: Runner, { description, layout }: LaidOutNetwork, { parameters, statistics, rows, inputs, array, present }: ForwardRequest): Float32Array {
  const arrayShape = description.inputs.array ?? [];
  const arrays = [...(array === undefined ? [] : [blockOf(array, arrayShape)]), ...(present === undefined ? [] : [blockOf(present, arrayShape.slice(0, 1))])];
  const fed = [blockOf(inputs, [inputWidth(description.inputs)]), ...(layout.statisticsSize > 0 ? [() => vector(statistics)] : []), ...arrays];
  const outputs = new Float32Array(rows * description.outputs);
  const someOutputs = new Float32Array(ROWS_AT_ONCE * description.outputs);
  runner.feed([vector(parameters.subarray(layerStart({ layout })))]);
  for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
    const end = Math.min(rows, start + ROWS_AT_ONCE);
    runner.feed(fed.map((block) => block(start, end)), 1);
    runner.compute([someOutputs]);
    outputs.set(someOutputs.subarray(0, (end - start) * description.outputs), start * description.outputs);
  }
  return outputs;
}

/** What is fed of rows of a shape: as many as are answered for at once, of which the last may be those of before. */
function blockOf(values: Float32Array, shape: Shape): (start: number, end: number) => Fed {
  const size = sizeOf(shape);
  const some = new Float32Array(ROWS_AT_ONCE * size);
  return (start, end) => {
    some.set(values.subarray(start * size, end * size));
    return { values: some, shape: [ROWS_AT_ONCE, ...shape] };
  };
}

function vector(values: Float32Array): Fed {
  return { values, shape: [values.length] };
}

function layerStart({ layout }: Pick<LaidOutNetwork, 'layout'>): number {
  return layerParameters(layout)[0]?.offset ?? 0;
}
