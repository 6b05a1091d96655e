import { HIDDEN, type AttentionLayer, type Shape } from '../../networks/description.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { GraphPass } from './graph-pass.ts';
import type { Output } from './library.ts';

/** Self attention: heads are further rows of three axes, so that a product of all of them is one operation. */
export function addAttention({ builder, array, present }: GraphPass, { layer, sees }: { readonly layer: AttentionLayer; readonly sees: Shape }, input: Output): Output {
  const { add, integers, number } = builder;
  const [steps, channels] = sees as [number, number];
  const { num_heads: heads, key_dim: size } = layer;
  const linear = (values: Output, width: number): Output => add('AddV2', [add('MatMul', [add('Reshape', [values, integers([-1, width])]), array()]), array()]);
  const swapped = (values: Output): Output => add('Transpose', [values, integers([0, 2, 1, 3])]);
  const [queries, keys, values] = Array.from({ length: 3 }, () => swapped(add('Reshape', [linear(input, channels), integers([-1, steps, heads, size])]))) as [Output, Output, Output];
  const scores = add('BatchMatMulV2', [add('Mul', [queries, number(1 / Math.sqrt(size))]), add('Transpose', [keys, integers([0, 1, 3, 2])])]);
  const answers = swapped(add('BatchMatMulV2', [softmax(builder, present === undefined ? scores : add('AddV2', [scores, hidden(builder, present, steps)])), values]));
  return add('Reshape', [linear(answers, heads * size), integers([-1, steps, channels])]);
}

/** What makes the share of a step that does not count exactly 0, as Keras does it; shape (rows, 1, 1, steps). */
function hidden({ add, integers, number }: GraphBuilder, present: Output, steps: number): Output {
  return add('Reshape', [add('Mul', [add('Sub', [present, number(1)]), number(HIDDEN)]), integers([-1, 1, 1, steps])]);
}

/** Along the last of four axes. TensorFlow's own rounds otherwise by where in its blocks a row lies. */
function softmax({ add, integers }: GraphBuilder, scores: Output): Output {
  const along = (operation: 'Max' | 'Sum', values: Output): Output => add(operation, [values, integers([3])], { keep_dims: { kind: 'bool', value: true } });
  const powers = add('Exp', [add('Sub', [scores, add('StopGradient', [along('Max', scores)])])]);
  return add('RealDiv', [powers, along('Sum', powers)]);
}
