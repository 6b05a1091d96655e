import type koffi from 'koffi';
import { StepError } from '../../compiler/kinds/run.ts';

/** A shared library with a C interface whose functions return 0 for success, and how it is bound. */
export interface NativeLibrary {
  /** As people know it. */
  readonly engine: string;
  readonly path: string;
  /** Parameters of its functions, as C declares them. */
  readonly signatures: Readonly<Record<string, string>>;
  /** The function that says why the last one failed. */
  readonly lastError: string;
  /** What it says as one sentence. */
  readonly clean: (text: string) => string;
  /** What to do where it cannot be loaded for no reason that is known. */
  readonly hint: string;
  /** Libraries that it needs, to be loaded before it: it finds them by their names. */
  readonly needs?: readonly string[];
}

/** Calls by name into a shared library, and what reading their results needs. */
export interface Native {
  /** Calls a function; its failure is a StepError in one sentence. */
  readonly call: (name: string, ...values: unknown[]) => void;
  /** Calls a function whose last parameter takes the handle of what it makes. */
  readonly create: (name: string, ...values: unknown[]) => bigint;
  /** A place for a result. */
  readonly out: () => unknown[];
  readonly copyBytes: (pointer: unknown, length: number) => Uint8Array;
  readonly copyFloats: (pointer: unknown, length: number) => Float32Array;
  readonly copyStrings: (pointer: unknown, length: number) => string[];
  readonly copySizes: (pointer: unknown, length: number) => number[];
  /** The address of an array's memory, which stays where it is for as long as the array lives. */
  readonly address: (array: ArrayBufferView) => number;
  readonly koffi: typeof koffi;
}

/** Loads a shared library and binds its functions. They are synchronous, so they belong into a worker process. */
export async function loadNative(library: NativeLibrary): Promise<Native> {
  const koffi = (await import('koffi')).default;
  // OpenMP's threads spin while they wait for each other. Beside other work that takes the processor from the thread
  // they wait for: at a load of 10 on two cores, training took 64 and 68 s spinning, 23 and 26 s sleeping. Its runtime
  // reads this when it is loaded.
  process.env['OMP_WAIT_POLICY'] ??= 'passive';
  const call = bindFunctions(loadLibrary(koffi, library), library);
  const out = (): unknown[] => [null];
  const create = (name: string, ...values: unknown[]) => {
    const handle = out();
    call(name, ...values, handle);
    return handle[0] as bigint;
  };
  // `decode` copies into a typed array of the type. (A type made by `koffi.array` would never be freed.)
  const copy = (pointer: unknown, type: string, length: number): unknown => koffi.decode(pointer, type, length);
  return {
    call,
    create,
    out,
    copyBytes: (pointer, length) => (length === 0 ? new Uint8Array() : (copy(pointer, 'uint8_t', length) as Uint8Array)),
    copyFloats: (pointer, length) => (length === 0 ? new Float32Array() : (copy(pointer, 'float', length) as Float32Array)),
    copyStrings: (pointer, length) => (length === 0 ? [] : (copy(pointer, 'const char *', length) as string[])),
    copySizes: (pointer, length) => Array.from(copy(pointer, 'uint64_t', length) as BigUint64Array, Number),
    address: (array) => Number(koffi.address(array)),
    koffi,
  };
}

type Koffi = typeof koffi;
type Library = ReturnType<Koffi['load']>;

function loadLibrary(koffi: Koffi, { engine, path, hint, needs = [] }: NativeLibrary): Library {
  try {
    for (const needed of needs) koffi.load(needed);
    return koffi.load(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy =
      process.platform === 'darwin' && /libomp/.test(reason)
        ? 'it needs the OpenMP library: brew install libomp'
        : process.platform === 'win32'
          ? 'it needs the Microsoft Visual C++ runtime: winget install Microsoft.VCRedist.2015+.x64'
          : hint;
    throw new StepError(`${engine}'s library cannot be loaded: ${reason}`, remedy);
  }
}

function bindFunctions(library: Library, { signatures, lastError, clean }: NativeLibrary): Native['call'] {
  const failure = library.func(`const char *${lastError}()`) as () => string;
  const bound = new Map<string, (...values: unknown[]) => number>();
  for (const [name, parameters] of Object.entries(signatures)) bound.set(name, library.func(`int ${name}(${parameters})`));
  return (name, ...values) => {
    const invoke = bound.get(name);
    if (invoke === undefined) throw new Error(`${name} is not bound`);
    if (invoke(...values) !== 0) throw new StepError(clean(failure()));
  };
}
