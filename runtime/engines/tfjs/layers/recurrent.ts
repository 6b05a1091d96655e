import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { BidirectionalLayer, RecurrentLayer } from '../../../networks/description.ts';
import type { Tfjs } from '../load-tfjs.ts';
import { asMatrix, type AppliedLayer, type LayerPass } from './layer-pass.ts';

/** What a cell hands on from step to step, shape (rows, units) each; a GRU has no `memory`. */
interface CellState {
  readonly output: Tensor;
  readonly memory: Tensor;
}

/** A step of a cell, and how to go back through it. */
interface CellStep {
  readonly after: CellState;
  readonly back: (gradient: CellState) => StepGradient;
}

interface StepGradient {
  /** By the input's share of the gates, shape (rows, gates · units). */
  readonly ofGates: Tensor;
  readonly before: CellState;
  /** By the recurrent kernel. */
  readonly ofRecurrent: Tensor;
}

type Cell = (gates: Tensor, before: CellState) => CellStep;

/** One recurrent layer from the first step to the last, and one from the last to the first, side by side. */
export function applyBidirectional(pass: LayerPass, { layer }: BidirectionalLayer, input: Tensor): AppliedLayer {
  const { tf } = pass;
  const [forwards, backwards] = [applyRecurrent(pass, layer, input), applyRecurrent(pass, layer, input, true)];
  const axis = layer.sequence ? 2 : 1;
  return {
    output: tf.concat([forwards.output, backwards.output], axis),
    back: (gradient, onlyOwn) => {
      const [first, second] = tf.split(gradient, 2, axis) as [Tensor, Tensor];
      const [one, other] = [forwards.back(first, onlyOwn), backwards.back(second, onlyOwn)];
      const own = [...one.own, ...other.own];
      return one.ofInput === undefined || other.ofInput === undefined ? { own } : { own, ofInput: tf.add(one.ofInput, other.ofInput) };
    },
  };
}

/** A recurrent layer, back through all its steps: products with the input are made for all steps at once. */
export function applyRecurrent(pass: LayerPass, layer: RecurrentLayer, input: Tensor, backwards = false): AppliedLayer {
  const { tf, rows, sumRows } = pass;
  const [kernel, recurrent, bias] = [pass.array(), pass.array(), pass.array()];
  const steps = input.shape[1] as number;
  const inTurn = <T>(bySteps: T[]): T[] => (backwards ? bySteps.toReversed() : bySteps);
  const bySteps = asMatrix(tf, tf.transpose(input, [1, 0, 2]));
  const gates = tf.split(tf.add(tf.matMul(bySteps, kernel), bias), steps);
  const cell = layer.kind === 'lstm' ? lstmCell(tf, recurrent) : gruCell(tf, recurrent);
  const nothing = tf.zeros([rows, layer.units]);
  let state: CellState = { output: nothing, memory: nothing };
  const present = pass.present && inTurn(tf.split(pass.present, steps, 1));
  const taken = inTurn(gates).map((own, turn): CellStep => {
    const step = carried(tf, cell(own, state), { before: state, counts: present?.[turn] });
    state = step.after;
    return step;
  });
  return {
    output: layer.sequence ? tf.stack(inTurn(taken.map(({ after }) => after.output)), 1) : state.output,
    back: (gradient, onlyOwn) => {
      const given = layer.sequence ? inTurn(tf.unstack(gradient, 1)) : gates.map((_, step) => (step === steps - 1 ? gradient : nothing));
      const { ofGates, ofRecurrent } = backThrough(tf, taken, given);
      const all = tf.concat(inTurn(ofGates), 0) as Tensor2D;
      const own = [tf.matMul(tf.transpose(bySteps), all), ofRecurrent, sumRows(all)];
      return onlyOwn ? { own } : { own, ofInput: tf.transpose(tf.reshape(tf.matMul(all, tf.transpose(kernel)), [steps, rows, -1]), [1, 0, 2]) };
    },
  };
}

/** After a step that does not count, the state is what it was; `counts` is 1 or 0, shape (rows, 1). */
function carried(tf: Tfjs, step: CellStep, { before, counts }: { readonly before: CellState; readonly counts: Tensor | undefined }): CellStep {
  if (counts === undefined) return step;
  const passes = tf.sub(1, counts);
  const both = (of: (key: keyof CellState) => Tensor): CellState => ({ output: of('output'), memory: of('memory') });
  return {
    after: both((key) => tf.add(tf.mul(step.after[key], counts), tf.mul(before[key], passes))),
    back: (gradient) => {
      const found = step.back(both((key) => tf.mul(gradient[key], counts)));
      return { ...found, before: both((key) => tf.add(found.before[key], tf.mul(gradient[key], passes))) };
    },
  };
}

/** From the last step to the first: `given` are the gradients by the outputs of each. */
function backThrough(tf: Tfjs, taken: readonly CellStep[], given: readonly Tensor[]): { readonly ofGates: Tensor[]; readonly ofRecurrent: Tensor } {
  const ofGates: Tensor[] = [];
  let ofRecurrent: Tensor = tf.scalar(0);
  let later: CellState = { output: tf.scalar(0), memory: tf.scalar(0) };
  for (let step = taken.length - 1; step >= 0; step--) {
    const found = (taken[step] as CellStep).back({ output: tf.add(given[step] as Tensor, later.output), memory: later.memory });
    ofGates.unshift(found.ofGates);
    ofRecurrent = tf.add(ofRecurrent, found.ofRecurrent);
    later = found.before;
  }
  return { ofGates, ofRecurrent };
}

/** The slope of a sigmoid by its value. */
function ofSigmoid(tf: Tfjs, gradient: Tensor, value: Tensor): Tensor {
  return tf.mul(gradient, tf.mul(value, tf.sub(1, value)));
}

function ofTanh(tf: Tfjs, gradient: Tensor, value: Tensor): Tensor {
  return tf.mul(gradient, tf.sub(1, tf.square(value)));
}

/** Hochreiter and Schmidhuber 1997, with forget gates (Gers et al. 2000); gates in Keras' order: input, forget, candidate, output. */
function lstmCell(tf: Tfjs, recurrent: Tensor): Cell {
  return (own, before) => {
    const [i, f, g, o] = tf.split(tf.add(own, tf.matMul(before.output, recurrent)), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    const [input, forget, candidate, output] = [tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)];
    const memory = tf.add(tf.mul(forget, before.memory), tf.mul(input, candidate));
    const shown = tf.tanh(memory);
    return {
      after: { output: tf.mul(output, shown), memory },
      back: (gradient) => {
        const ofMemory = tf.add(gradient.memory, ofTanh(tf, tf.mul(gradient.output, output), shown));
        const ofGates = tf.concat(
          [
            ofSigmoid(tf, tf.mul(ofMemory, candidate), input),
            ofSigmoid(tf, tf.mul(ofMemory, before.memory), forget),
            ofTanh(tf, tf.mul(ofMemory, input), candidate),
            ofSigmoid(tf, tf.mul(gradient.output, shown), output),
          ],
          1,
        );
        return {
          ofGates,
          before: { output: tf.matMul(ofGates, tf.transpose(recurrent)), memory: tf.mul(ofMemory, forget) },
          ofRecurrent: tf.matMul(tf.transpose(before.output), ofGates),
        };
      },
    };
  };
}

/** Cho et al. 2014: the reset is before the product. Gates in Keras' order: update, reset, candidate. */
function gruCell(tf: Tfjs, recurrent: Tensor): Cell {
  const units = recurrent.shape[0];
  const [ofBoth, ofCandidate] = tf.split(recurrent, [2 * units, units], 1) as [Tensor, Tensor];
  return (own, before) => {
    const [both, last] = tf.split(own, [2 * units, units], 1) as [Tensor, Tensor];
    const [update, reset] = tf.split(tf.sigmoid(tf.add(both, tf.matMul(before.output, ofBoth))), 2, 1) as [Tensor, Tensor];
    const kept = tf.mul(reset, before.output);
    const candidate = tf.tanh(tf.add(last, tf.matMul(kept, ofCandidate)));
    return {
      after: { output: tf.add(tf.mul(update, before.output), tf.mul(tf.sub(1, update), candidate)), memory: before.memory },
      back: (gradient) => {
        const ofLast = ofTanh(tf, tf.mul(gradient.output, tf.sub(1, update)), candidate);
        const ofKept = tf.matMul(ofLast, tf.transpose(ofCandidate));
        const ofGates = tf.concat([ofSigmoid(tf, tf.mul(gradient.output, tf.sub(before.output, candidate)), update), ofSigmoid(tf, tf.mul(ofKept, before.output), reset)], 1);
        const ofOutput = tf.add(tf.add(tf.mul(gradient.output, update), tf.mul(ofKept, reset)), tf.matMul(ofGates, tf.transpose(ofBoth)));
        return {
          ofGates: tf.concat([ofGates, ofLast], 1),
          before: { output: ofOutput, memory: gradient.memory },
          ofRecurrent: tf.concat([tf.matMul(tf.transpose(before.output), ofGates), tf.matMul(tf.transpose(kept), ofLast)], 1),
        };
      },
    };
  };
}
