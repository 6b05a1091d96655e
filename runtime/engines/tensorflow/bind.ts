import type koffi from 'koffi';
import { StepError } from '../../../compiler/kinds/run.ts';

const FUNCTIONS = {
  newStatus: 'void *TF_NewStatus()',
  code: 'int TF_GetCode(void *)',
  message: 'const char *TF_Message(void *)',
  newGraph: 'void *TF_NewGraph()',
  deleteGraph: 'void TF_DeleteGraph(void *)',
  newOperation: 'void *TF_NewOperation(void *, const char *, const char *)',
  addInput: 'void TF_AddInput(void *, TF_Output)',
  addInputList: 'void TF_AddInputList(void *, TF_Output *, int)',
  setType: 'void TF_SetAttrType(void *, const char *, int)',
  setInt: 'void TF_SetAttrInt(void *, const char *, int64_t)',
  setFloat: 'void TF_SetAttrFloat(void *, const char *, float)',
  setBool: 'void TF_SetAttrBool(void *, const char *, uint8_t)',
  setString: 'void TF_SetAttrString(void *, const char *, const char *, size_t)',
  setIntList: 'void TF_SetAttrIntList(void *, const char *, int64_t *, int)',
  setShape: 'void TF_SetAttrShape(void *, const char *, int64_t *, int)',
  setTensor: 'void TF_SetAttrTensor(void *, const char *, void *, void *)',
  finishOperation: 'void *TF_FinishOperation(void *, void *)',
  addGradients: 'void TF_AddGradients(void *, TF_Output *, int, TF_Output *, int, TF_Output *, void *, _Out_ TF_Output *)',
  allocateTensor: 'void *TF_AllocateTensor(int, int64_t *, int, size_t)',
  tensorData: 'void *TF_TensorData(void *)',
  tensorBytes: 'size_t TF_TensorByteSize(void *)',
  deleteTensor: 'void TF_DeleteTensor(void *)',
  newOptions: 'void *TF_NewSessionOptions()',
  setConfig: 'void TF_SetConfig(void *, void *, size_t, void *)',
  deleteOptions: 'void TF_DeleteSessionOptions(void *)',
  newSession: 'void *TF_NewSession(void *, void *, void *)',
  run: 'void TF_SessionRun(void *, void *, void *, void *, int, void *, void *, int, void *, int, void *, void *)',
  closeSession: 'void TF_CloseSession(void *, void *)',
  deleteSession: 'void TF_DeleteSession(void *, void *)',
} as const;

type Koffi = typeof koffi;
type Call = (...values: unknown[]) => unknown;

/** TensorFlow's C interface, bound and unchecked. */
export interface Bound extends Readonly<Record<keyof typeof FUNCTIONS, Call>> {
  /** Calls with a status that the function may set; a failure is a StepError in one sentence. */
  readonly check: <T>(invoke: (status: unknown) => T) => T;
  /** C's own: (to, from, bytes). */
  readonly copyMemory: Call;
}

/** The system's C library, and the flag by which a library stays in memory until the process ends. */
const SYSTEM = process.platform === 'darwin' ? { library: 'libSystem.B.dylib', keep: 0x80 } : { library: 'libc.so.6', keep: 0x1000 };
const RTLD_NOW = 2;

/** Loads the library at `path`, which finds the other one beside it, and binds its functions. */
export async function bindTensorflow(path: string): Promise<Bound> {
  // What it says while it loads is no concern of users; its errors come as statuses.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  const koffi = (await import('koffi')).default;
  const system = koffi.load(SYSTEM.library);
  // Taken out of memory when the process ends, as koffi does, it crashes.
  (system.func('void *dlopen(const char *, int)') as Call)(path, RTLD_NOW | SYSTEM.keep);
  const library = load(koffi, path);
  koffi.struct('TF_Output', { operation: 'void *', index: 'int' });
  const functions = Object.fromEntries(Object.entries(FUNCTIONS).map(([name, signature]) => [name, library.func(signature) as Call])) as Record<keyof typeof FUNCTIONS, Call>;
  const status = functions.newStatus();
  const check = <T>(invoke: (status: unknown) => T): T => {
    const result = invoke(status);
    if (functions.code(status) !== 0) throw new StepError(cleanError(functions.message(status) as string));
    return result;
  };
  return { ...functions, check, copyMemory: system.func('void *memcpy(void *, void *, size_t)') as Call };
}

function load(koffi: Koffi, path: string): ReturnType<Koffi['load']> {
  try {
    return koffi.load(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StepError(`TensorFlow's library cannot be loaded: ${reason}`, 'without the blocks of `tensorflow` in mlp.lock, networks run on TensorFlow.js');
  }
}

/** What TensorFlow says of a failure, without where in a graph that nobody sees. */
function cleanError(text: string): string {
  const [first = ''] = text.split('\n');
  return `TensorFlow: ${first.replace(/\s*\[\[.*$/, '').trim()}`;
}
