import type { Computation, Handle, TensorflowLibrary } from './library.ts';

/** What is fed for one placeholder. */
export interface Fed {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** Computes one computation again and again. */
export interface Runner {
  /** Feeds placeholders, from the first or from place `from` on; what is fed stays for the next computations. */
  readonly feed: (fed: readonly Fed[], from?: number) => void;
  /** Writes what is fetched into arrays of its sizes. */
  readonly compute: (into: readonly Float32Array[]) => void;
  /** Gives back the graph, and all that was made for it. */
  readonly close: () => void;
}

interface Kept {
  readonly shape: readonly number[];
  readonly tensor: Handle;
}

/** Makes a runner. Tensors are used again for as long as shapes stay what they are. */
export function openRunner(library: TensorflowLibrary, graph: Handle, computation: Computation): Runner {
  const session = library.openSession(graph, computation);
  const kept: Kept[] = [];
  return {
    feed: (fed, from = 0) => {
      fed.forEach(({ values, shape }, index) => {
        const one = (kept[from + index] = keep(library, kept[from + index], shape));
        library.writeTensor(one.tensor, values);
      });
    },
    compute: (into) => {
      session.run(kept.map(({ tensor }) => tensor)).forEach((tensor, place) => {
        library.readTensor(tensor, into[place] as Float32Array);
        library.deleteTensor(tensor);
      });
    },
    close: () => {
      session.close();
      for (const { tensor } of kept.splice(0)) library.deleteTensor(tensor);
      library.deleteGraph(graph);
    },
  };
}

function keep(library: TensorflowLibrary, before: Kept | undefined, shape: readonly number[]): Kept {
  if (before !== undefined && before.shape.length === shape.length && before.shape.every((size, axis) => size === shape[axis])) return before;
  if (before !== undefined) library.deleteTensor(before.tensor);
  return { shape, tensor: library.newTensor('float32', shape) };
}
