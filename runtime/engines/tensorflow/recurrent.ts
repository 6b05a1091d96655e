import type { BidirectionalLayer, RecurrentLayer, Shape } from '../../networks/description.ts';
import { outputAt, type GraphBuilder } from './graph-builder.ts';
import type { Output } from './library.ts';
import type { GraphPass } from './graph-pass.ts';

/** What a cell hands on from step to step, shape (rows, units) each; a GRU has no `memory`. */
interface CellState {
  readonly output: Output;
  readonly memory: Output;
}

type Cell = (gates: Output, before: CellState) => CellState;

/** One recurrent layer from the first step to the last, and one from the last to the first, side by side. */
export function addBidirectional(pass: GraphPass, { layer: { layer }, sees }: { readonly layer: BidirectionalLayer; readonly sees: Shape }, input: Output): Output {
  const [forwards, backwards] = [addRecurrent(pass, { layer, sees }, input), addRecurrent(pass, { layer, sees, backwards: true }, input)];
  return pass.builder.add('ConcatV2', [[forwards, backwards], pass.builder.integer(layer.sequence ? 2 : 1)]);
}

interface Placed {
  readonly layer: RecurrentLayer;
  readonly sees: Shape;
  readonly backwards?: boolean;
}

/** A recurrent layer, all its steps one after the other: products with the input are made for all of them at once. */
export function addRecurrent({ builder, array, present }: GraphPass, { layer, sees, backwards = false }: Placed, input: Output): Output {
  const [kernel, recurrent, bias] = [array(), array(), array()];
  const [steps = 1, channels = 1] = sees;
  const { units, sequence } = layer;
  const width = (layer.kind === 'lstm' ? 4 : 3) * units;
  const flat = builder.add('Reshape', [input, builder.integers([-1, channels])]);
  const products = builder.add('AddV2', [builder.add('MatMul', [flat, kernel]), bias]);
  const bySteps = builder.add('Reshape', [products, builder.integers([-1, steps, width])]);
  const first = builder.add('Unpack', [bySteps], { num: { kind: 'int', value: steps }, axis: { kind: 'int', value: 1 } });
  const cell = layer.kind === 'lstm' ? lstmCell(builder, recurrent) : gruCell(builder, recurrent, units);
  const nothing = builder.add('Mul', [pieces(builder, first, [units, width - units])[0] as Output, builder.number(0)]);
  let state: CellState = { output: nothing, memory: nothing };
  const carried = present === undefined ? (_: number, after: CellState) => after : carry(builder, present, steps);
  const outputs = Array.from({ length: steps }, (_, turn): Output => {
    const step = backwards ? steps - 1 - turn : turn;
    state = carried(step, cell(outputAt(first, step), state), state);
    return state.output;
  });
  return sequence ? builder.add('Pack', [backwards ? outputs.toReversed() : outputs], { axis: { kind: 'int', value: 1 } }) : state.output;
}

/** After a step that does not count, the state is what it was. */
function carry(builder: GraphBuilder, present: Output, steps: number): (step: number, after: CellState, before: CellState) => CellState {
  const { add } = builder;
  const bySteps = (values: Output): Output => add('Unpack', [add('Reshape', [values, builder.integers([-1, steps, 1])])], { num: { kind: 'int', value: steps }, axis: { kind: 'int', value: 1 } });
  const [counts, passes] = [bySteps(present), bySteps(add('Sub', [builder.number(1), present]))];
  return (step, after, before) => {
    const either = (one: Output, other: Output): Output => (one === other ? one : add('AddV2', [add('Mul', [one, outputAt(counts, step)]), add('Mul', [other, outputAt(passes, step)])]));
    return { output: either(after.output, before.output), memory: either(after.memory, before.memory) };
  };
}

/** Columns side by side, of these widths. */
function pieces(builder: GraphBuilder, values: Output, widths: readonly number[]): Output[] {
  const first = builder.add('SplitV', [values, builder.integers(widths), builder.integer(1)], { num_split: { kind: 'int', value: widths.length } });
  return widths.map((_, index) => outputAt(first, index));
}

function equal(builder: GraphBuilder, values: Output, count: number): Output[] {
  const first = builder.add('Split', [builder.integer(1), values], { num_split: { kind: 'int', value: count } });
  return Array.from({ length: count }, (_, index) => outputAt(first, index));
}

/** Gates in Keras' order: input, forget, candidate, output. */
function lstmCell(builder: GraphBuilder, recurrent: Output): Cell {
  const { add } = builder;
  return (own, before) => {
    const [i, f, g, o] = equal(builder, add('AddV2', [own, add('MatMul', [before.output, recurrent])]), 4) as [Output, Output, Output, Output];
    const [input, forget, candidate, output] = [add('Sigmoid', [i]), add('Sigmoid', [f]), add('Tanh', [g]), add('Sigmoid', [o])];
    const memory = add('AddV2', [add('Mul', [forget, before.memory]), add('Mul', [input, candidate])]);
    return { output: add('Mul', [output, add('Tanh', [memory])]), memory };
  };
}

/** Gates in Keras' order: update, reset, candidate; the reset is before the product. */
function gruCell(builder: GraphBuilder, recurrent: Output, units: number): Cell {
  const { add } = builder;
  const [ofBoth, ofCandidate] = pieces(builder, recurrent, [2 * units, units]) as [Output, Output];
  return (own, before) => {
    const [both, last] = pieces(builder, own, [2 * units, units]) as [Output, Output];
    const [update, reset] = equal(builder, add('Sigmoid', [add('AddV2', [both, add('MatMul', [before.output, ofBoth])])]), 2) as [Output, Output];
    const candidate = add('Tanh', [add('AddV2', [last, add('MatMul', [add('Mul', [reset, before.output]), ofCandidate])])]);
    return { output: add('AddV2', [add('Mul', [update, before.output]), add('Mul', [add('Sub', [builder.number(1), update]), candidate])]), memory: before.memory };
  };
}
