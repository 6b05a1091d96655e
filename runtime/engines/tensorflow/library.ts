import { bindTensorflow, type Bound } from './bind.ts';
import { SESSION_CONFIG } from './session-config.ts';

/** A pointer of TensorFlow's: a graph, an operation, a tensor, a session. */
export type Handle = bigint;

/** One of an operation's outputs. */
export interface Output {
  readonly operation: Handle;
  readonly index: number;
}

/** The types of numbers that graphs have here. */
export type Dtype = 'float32' | 'int32';

/** An attribute of an operation. */
export type Attribute =
  | { readonly kind: 'type'; readonly value: Dtype }
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'ints' | 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: Handle };

/** An operation to be added to a graph; an input that is a list is one list of tensors to it. */
export interface NewOperation {
  readonly type: string;
  readonly inputs: readonly (Output | readonly Output[])[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** What is computed of a graph at once: `fetches` from `feeds`. */
export interface Computation {
  readonly feeds: readonly Output[];
  readonly fetches: readonly Output[];
}

/** A graph that is ready to be computed. */
export interface Session {
  /** From tensors in the order of the feeds those in the order of the fetches, which are the caller's to delete. */
  readonly run: (fed: readonly Handle[]) => Handle[];
  readonly close: () => void;
}

/**
 * What the engine uses of TensorFlow's C interface, checked: a failure is a StepError in one sentence. Calls are
 * synchronous, so they belong into a worker process.
 */
export interface TensorflowLibrary {
  readonly newGraph: () => Handle;
  readonly deleteGraph: (graph: Handle) => void;
  readonly addOperation: (graph: Handle, operation: NewOperation) => Handle;
  /** Adds what computes the gradient by each of `xs` of the sum of `ys` times `ofYs`. */
  readonly addGradients: (graph: Handle, of: { readonly ys: readonly Output[]; readonly ofYs: readonly Output[]; readonly xs: readonly Output[] }) => Output[];
  /** A tensor in TensorFlow's own memory, with nothing in it yet. */
  readonly newTensor: (dtype: Dtype, shape: readonly number[]) => Handle;
  /** Copies as many numbers as the tensor has. */
  readonly writeTensor: (tensor: Handle, values: Float32Array | Int32Array) => void;
  readonly readTensor: (tensor: Handle, into: Float32Array) => void;
  readonly deleteTensor: (tensor: Handle) => void;
  readonly openSession: (graph: Handle, computation: Computation) => Session;
}

let opened: { readonly path: string; readonly library: Promise<TensorflowLibrary> } | undefined;

/** Opens TensorFlow's library, once a process. */
export function openTensorflowLibrary(path: string): Promise<TensorflowLibrary> {
  if (opened !== undefined && opened.path !== path) throw new Error(`TensorFlow is loaded from ${opened.path} already`);
  opened ??= { path, library: open(path) };
  return opened.library;
}

async function open(path: string): Promise<TensorflowLibrary> {
  const bound = await bindTensorflow(path);
  return { ...graphFunctions(bound), ...tensorFunctions(bound), openSession: (graph, computation) => openSession(bound, graph, computation) };
}

/** TensorFlow's codes. */
const DTYPES: Readonly<Record<Dtype, number>> = { float32: 1, int32: 3 };

function graphFunctions(bound: Bound): Pick<TensorflowLibrary, 'newGraph' | 'deleteGraph' | 'addOperation' | 'addGradients'> {
  let count = 0;
  return {
    newGraph: () => bound.newGraph() as Handle,
    deleteGraph: (graph) => void bound.deleteGraph(graph),
    addOperation: (graph, { type, inputs, attributes }) => {
      const operation = bound.newOperation(graph, type, `${type}_${count++}`);
      for (const input of inputs) {
        if ('operation' in input) bound.addInput(operation, input);
        else bound.addInputList(operation, input, input.length);
      }
      for (const [name, attribute] of Object.entries(attributes)) setAttribute(bound, operation, name, attribute);
      return bound.check((status) => bound.finishOperation(operation, status)) as Handle;
    },
    addGradients: (graph, { ys, ofYs, xs }) => {
      const found: { operation: Handle | null; index: number }[] = xs.map(() => ({ operation: null, index: 0 }));
      bound.check((status) => bound.addGradients(graph, ys, ys.length, xs, xs.length, ofYs, status, found));
      return found.map(({ operation, index }) => {
        // TensorFlow reports no error for what nothing depends on.
        if (operation === null) throw new Error('there is no gradient by what nothing depends on');
        return { operation, index };
      });
    },
  };
}

function setAttribute(bound: Bound, operation: unknown, name: string, attribute: Attribute): void {
  switch (attribute.kind) {
    case 'type':
      return void bound.setType(operation, name, DTYPES[attribute.value]);
    case 'int':
      return void bound.setInt(operation, name, attribute.value);
    case 'float':
      return void bound.setFloat(operation, name, attribute.value);
    case 'bool':
      return void bound.setBool(operation, name, attribute.value ? 1 : 0);
    case 'text':
      return void bound.setString(operation, name, attribute.value, Buffer.byteLength(attribute.value));
    case 'ints':
      return void bound.setIntList(operation, name, longs(attribute.value), attribute.value.length);
    case 'shape':
      return void bound.setShape(operation, name, longs(attribute.value), attribute.value.length);
    case 'tensor':
      return void bound.check((status) => bound.setTensor(operation, name, attribute.value, status));
  }
}

function longs(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}

/** Of both types of numbers. */
const NUMBER_BYTES = 4;

function tensorFunctions(bound: Bound): Pick<TensorflowLibrary, 'newTensor' | 'writeTensor' | 'readTensor' | 'deleteTensor'> {
  const requireSize = (tensor: Handle, values: ArrayBufferView): void => {
    const bytes = Number(bound.tensorBytes(tensor));
    if (bytes !== values.byteLength) throw new Error(`a tensor of ${bytes} bytes is copied to or from ${values.byteLength}`);
  };
  return {
    newTensor: (dtype, shape) => bound.allocateTensor(DTYPES[dtype], longs(shape), shape.length, shape.reduce((product, size) => product * size, NUMBER_BYTES)) as Handle,
    writeTensor: (tensor, values) => {
      requireSize(tensor, values);
      if (values.length > 0) bound.copyMemory(bound.tensorData(tensor), values, values.byteLength);
    },
    readTensor: (tensor, into) => {
      requireSize(tensor, into);
      if (into.length > 0) bound.copyMemory(into, bound.tensorData(tensor), into.byteLength);
    },
    deleteTensor: (tensor) => void bound.deleteTensor(tensor),
  };
}

function openSession(bound: Bound, graph: Handle, { feeds, fetches }: Computation): Session {
  const options = bound.newOptions();
  bound.check((status) => bound.setConfig(options, SESSION_CONFIG, SESSION_CONFIG.length, status));
  const session = bound.check((status) => bound.newSession(graph, options, status));
  bound.deleteOptions(options);
  const [inputs, outputs] = [packed(feeds), packed(fetches)];
  const results = new BigUint64Array(fetches.length);
  return {
    run: (fed) => {
      bound.check((status) => bound.run(session, null, inputs, BigUint64Array.from(fed), feeds.length, outputs, results, fetches.length, null, 0, null, status));
      return [...results];
    },
    close: () => {
      bound.check((status) => bound.closeSession(session, status));
      bound.check((status) => bound.deleteSession(session, status));
    },
  };
}

/** Outputs as C has them side by side: a pointer, an int, and four bytes of nothing. */
function packed(outputs: readonly Output[]): BigUint64Array {
  return BigUint64Array.from(outputs.flatMap(({ operation, index }) => [operation, BigInt(index)]));
}
