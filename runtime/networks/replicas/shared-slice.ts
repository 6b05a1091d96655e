import { inputWidth, type NetworkDescription } from '../description.ts';
import type { BatchGradient, TrainingBatch } from '../engine.ts';
import { layoutOf } from '../parameters.ts';
import { everyPlace, placesOf, sizeOf } from '../shapes.ts';

/**
 * Memory that two threads share: a slice of a batch, and what it teaches. It is made for the most rows that a slice has;
 * one of fewer uses the beginning of each array.
 */
export interface SharedSlice {
  /** By `CONTROL`. */
  readonly control: Int32Array;
  readonly parameters: Float32Array;
  readonly inputs: Float32Array;
  readonly array: Float32Array;
  readonly present: Float32Array;
  readonly masks: readonly Float32Array[];
  readonly truth: Float32Array;
  readonly weights: Float32Array;
  readonly gradient: Float32Array;
  readonly ofInputs: Float32Array;
  readonly statistics: Float32Array;
  /** Sum and weight of the losses. */
  readonly losses: Float64Array;
  /** Why it failed, in UTF-8. */
  readonly failure: Uint8Array;
}

/** Places in `control`: batches that were given and done, rows of the slice, whether they have weights, bytes of `failure`, whether the thread runs. */
export const CONTROL = { given: 0, done: 1, rows: 2, weighted: 3, failure: 4, running: 5 } as const;

/** What `given` says in place of a number: there will be no more. */
export const CLOSED = -1;

const FAILURE_BYTES = 4096;

/** Makes the memory for slices of at most `rows` rows. The parameters are those of all slices. */
export function createSlice(description: NetworkDescription, rows: number, parameters: Float32Array): SharedSlice {
  const { size, statisticsSize } = layoutOf(description);
  const { inputs } = description;
  const width = inputWidth(inputs);
  const arraySize = inputs.array === undefined ? 0 : sizeOf(inputs.array);
  const steps = inputs.masked === true ? (inputs.array?.[0] ?? 0) : 0;
  const dropped = everyPlace(placesOf(description)).flatMap(({ layer, sees }) => (layer.kind === 'dropout' ? [sizeOf(sees)] : []));
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * Object.keys(CONTROL).length)),
    parameters,
    inputs: sharedFloats(rows * width),
    array: sharedFloats(rows * arraySize),
    present: sharedFloats(rows * steps),
    masks: dropped.map((sees) => sharedFloats(rows * sees)),
    truth: sharedFloats(rows),
    weights: sharedFloats(rows),
    gradient: sharedFloats(size),
    ofInputs: sharedFloats(rows * width),
    statistics: sharedFloats(statisticsSize),
    losses: new Float64Array(new SharedArrayBuffer(16)),
    failure: new Uint8Array(new SharedArrayBuffer(FAILURE_BYTES)),
  };
}

/** Floats that threads share. */
export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}

/** Some rows of a batch, from `start` to before `end`: views, not copies. */
export function sliceBatch({ rows, inputs, array, present, masks, truth, weights, parameters }: TrainingBatch, start: number, end: number): TrainingBatch {
  const some = (values: Float32Array): Float32Array => values.subarray((start * values.length) / rows, (end * values.length) / rows);
  return {
    parameters,
    rows: end - start,
    inputs: some(inputs),
    ...(array === undefined ? {} : { array: some(array) }),
    ...(present === undefined ? {} : { present: some(present) }),
    masks: masks.map(some),
    truth: some(truth instanceof Float32Array ? truth : Float32Array.from(truth)),
    ...(weights === undefined ? {} : { weights: some(weights) }),
  };
}

/** Puts a batch into a slice, but for the parameters. */
export function putBatch(slice: SharedSlice, { rows, inputs, array, present, masks, truth, weights }: TrainingBatch): void {
  slice.control[CONTROL.rows] = rows;
  slice.control[CONTROL.weighted] = weights === undefined ? 0 : 1;
  slice.inputs.set(inputs);
  if (array !== undefined) slice.array.set(array);
  if (present !== undefined) slice.present.set(present);
  masks.forEach((mask, at) => slice.masks[at]?.set(mask));
  slice.truth.set(truth);
  if (weights !== undefined) slice.weights.set(weights);
}

/** The batch in a slice. */
export function batchOf(slice: SharedSlice, description: NetworkDescription): TrainingBatch {
  const rows = slice.control[CONTROL.rows] as number;
  const { inputs } = description;
  const first = (values: Float32Array, size: number): Float32Array => values.subarray(0, rows * size);
  const dropped = everyPlace(placesOf(description)).flatMap(({ layer, sees }) => (layer.kind === 'dropout' ? [sizeOf(sees)] : []));
  return {
    parameters: slice.parameters,
    rows,
    inputs: first(slice.inputs, inputWidth(inputs)),
    ...(inputs.array === undefined ? {} : { array: first(slice.array, sizeOf(inputs.array)) }),
    ...(slice.present.length === 0 ? {} : { present: first(slice.present, inputs.array?.[0] ?? 0) }),
    masks: slice.masks.map((mask, at) => first(mask, dropped[at] ?? 0)),
    truth: first(slice.truth, 1),
    ...(slice.control[CONTROL.weighted] === 0 ? {} : { weights: first(slice.weights, 1) }),
  };
}

/** Puts beside a slice why it was not computed. */
export function putFailure({ control, failure }: SharedSlice, error: unknown): void {
  const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error)).subarray(0, failure.length);
  failure.set(text);
  control[CONTROL.failure] = text.length;
}

/** Puts what a slice teaches beside it. */
export function putGradient(slice: SharedSlice, { gradient, ofInputs, statistics, sum, weight }: BatchGradient): void {
  slice.gradient.set(gradient);
  slice.ofInputs.set(ofInputs);
  slice.statistics.set(statistics);
  slice.losses.set([sum, weight]);
}

/** What a slice teaches; the gradient by the inputs is as long as `inputs` numbers. */
export function gradientOf({ gradient, ofInputs, statistics, losses }: SharedSlice, inputs: number): BatchGradient {
  const [sum = NaN, weight = NaN] = losses;
  return { gradient, ofInputs: ofInputs.subarray(0, inputs), statistics, sum, weight };
}
