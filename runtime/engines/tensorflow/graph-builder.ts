import type { Attribute, Dtype, Handle, Output, TensorflowLibrary } from './library.ts';

/** Puts a graph together; the types of numbers follow from the inputs. */
export interface GraphBuilder {
  readonly graph: Handle;
  /** What is fed; a size of −1 is any. */
  readonly placeholder: (dtype: Dtype, shape: readonly number[]) => Output;
  readonly number: (value: number) => Output;
  readonly integer: (value: number) => Output;
  readonly integers: (values: readonly number[]) => Output;
  /** The first output of an operation. */
  readonly add: (type: string, inputs: readonly (Output | readonly Output[])[], attributes?: Readonly<Record<string, Attribute>>) => Output;
  readonly gradients: (of: { readonly y: Output; readonly ofY: Output; readonly xs: readonly Output[] }) => Output[];
}

/** Begins a graph. */
export function buildGraph(library: TensorflowLibrary): GraphBuilder {
  const graph = library.newGraph();
  const add: GraphBuilder['add'] = (type, inputs, attributes = {}) => ({ operation: library.addOperation(graph, { type, inputs, attributes }), index: 0 });
  const constant = (values: Float32Array | Int32Array, shape: readonly number[]): Output => {
    const dtype = values instanceof Float32Array ? 'float32' : 'int32';
    const tensor = library.newTensor(dtype, shape);
    try {
      library.writeTensor(tensor, values);
      return add('Const', [], { dtype: { kind: 'type', value: dtype }, value: { kind: 'tensor', value: tensor } });
    } finally {
      library.deleteTensor(tensor);
    }
  };
  return {
    graph,
    add,
    placeholder: (dtype, shape) => add('Placeholder', [], { dtype: { kind: 'type', value: dtype }, shape: { kind: 'shape', value: shape } }),
    number: (value) => constant(Float32Array.of(value), []),
    integer: (value) => constant(Int32Array.of(value), []),
    integers: (values) => constant(Int32Array.from(values), [values.length]),
    gradients: ({ y, ofY, xs }) => library.addGradients(graph, { ys: [y], ofYs: [ofY], xs }),
  };
}

/** Other outputs of the operation of which this is the first. */
export function outputAt({ operation }: Output, index: number): Output {
  return { operation, index };
}

/** One vector of all numbers of some tensors, one after the other. */
export function flattened(builder: GraphBuilder, tensors: readonly Output[]): Output {
  const vectors = tensors.map((tensor) => builder.add('Reshape', [tensor, builder.integers([-1])]));
  const [only] = vectors;
  return vectors.length === 1 && only !== undefined ? only : builder.add('ConcatV2', [vectors, builder.integer(0)]);
}
