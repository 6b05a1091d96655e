import { StepError } from '../../../compiler/kinds/run.ts';
import type { NetworkDescription } from '../description.ts';
import type { BatchGradient, NetworkEngine, OpenNetwork, TrainingBatch } from '../engine.ts';
import { layoutOf } from '../parameters.ts';
import { CLOSED, CONTROL, createSlice, gradientOf, putBatch, sharedFloats, sliceBatch, type SharedSlice } from './shared-slice.ts';

/** Milliseconds in which a thread starts, whatever else the machine has to do. */
const START = 60_000;

/** A network to be trained on several threads. */
export interface ParallelRequest {
  readonly open: OpenNetwork;
  readonly description: NetworkDescription;
  /** Slices of a batch: 2 or more. */
  readonly workers: number;
  /** The most rows of a batch. */
  readonly batch: number;
  /** Starts a thread that serves a slice (`serveReplica`). */
  readonly start: (slice: SharedSlice, description: NetworkDescription) => void;
}

/**
 * Data parallel training: each batch is cut into slices of as many rows, one a worker, whose gradients are computed side
 * by side with the same parameters and added in the order of the slices, each by its share of the rows. That is the
 * gradient of the whole batch, but for rounding; the same for a number of workers, however they take turns. Layers that
 * normalise over a batch do so over their slice, and running statistics follow the mean over slices.
 *
 * The first slice is computed by the calling thread, which then waits for the others; answers are all its own.
 */
export function openParallelNetwork({ open, description, workers, batch, start }: ParallelRequest): NetworkEngine {
  const own = open(description);
  const { size, statisticsSize } = layoutOf(description);
  const parameters = sharedFloats(size);
  const most = Math.ceil(batch / workers);
  const slices = Array.from({ length: workers - 1 }, () => createSlice(description, most, parameters));
  for (const slice of slices) start(slice, description);
  // The mean of one row is the row.
  const least = statisticsSize > 0 ? 2 : 1;
  return {
    differentiate: (whole) => {
      const { rows } = whole;
      if (rows < workers * least) return own.differentiate(whole);
      parameters.set(whole.parameters);
      const ends = Array.from({ length: workers }, (_, at) => Math.floor(((at + 1) * rows) / workers));
      const batches = ends.map((end, at) => sliceBatch(whole, ends[at - 1] ?? 0, end));
      slices.forEach((slice, at) => give(slice, batches[at + 1] as TrainingBatch));
      const first = own.differentiate({ ...(batches[0] as TrainingBatch), parameters });
      const others = slices.map((slice, at) => take(slice, first.ofInputs.length === 0 ? 0 : (batches[at + 1]?.inputs.length ?? 0)));
      return combine([first, ...others], batches.map((one) => one.rows / rows));
    },
    forward: own.forward,
    close: () => {
      own.close();
      for (const { control } of slices) {
        Atomics.store(control, CONTROL.given, CLOSED);
        Atomics.notify(control, CONTROL.given);
      }
    },
  };
}

function give(slice: SharedSlice, batch: TrainingBatch): void {
  putBatch(slice, batch);
  Atomics.add(slice.control, CONTROL.given, 1);
  Atomics.notify(slice.control, CONTROL.given);
}

function take(slice: SharedSlice, inputs: number): BatchGradient {
  const { control, failure } = slice;
  // While this thread waits it hears of no error, so one that does not start is told by the time.
  if (Atomics.wait(control, CONTROL.running, 0, START) === 'timed-out') throw new StepError('a worker of the training could not be started', 'the system may have no memory for another thread: take fewer `workers`');
  const given = Atomics.load(control, CONTROL.given);
  for (let done = Atomics.load(control, CONTROL.done); done !== given; done = Atomics.load(control, CONTROL.done)) Atomics.wait(control, CONTROL.done, done);
  const length = control[CONTROL.failure] as number;
  if (length > 0) throw new StepError(`a worker of the training failed: ${new TextDecoder().decode(failure.slice(0, length))}`);
  return gradientOf(slice, inputs);
}

/** What a batch teaches from what its slices teach; `shares` are those of its rows. */
function combine(parts: readonly BatchGradient[], shares: readonly number[]): BatchGradient {
  const mean = (of: (part: BatchGradient) => Float32Array): Float32Array => {
    const sum = new Float32Array(of(parts[0] as BatchGradient).length);
    parts.forEach((part, at) => {
      const values = of(part);
      const share = shares[at] as number;
      for (let i = 0; i < sum.length; i++) (sum[i] as number) += share * (values[i] as number);
    });
    return sum;
  };
  const total = (of: (part: BatchGradient) => number): number => parts.reduce((sum, part) => sum + of(part), 0);
  return {
    gradient: mean((part) => part.gradient),
    ofInputs: joined(parts.map(({ ofInputs }, at) => ofInputs.map((slope) => slope * (shares[at] as number)))),
    statistics: mean((part) => part.statistics),
    sum: total((part) => part.sum),
    weight: total((part) => part.weight),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
