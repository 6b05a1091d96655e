import { diagnose, type Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import { errorCode } from './files.ts';

/** A failure of the store, or of the disk below it, in the terms of its user. */
export class StoreError extends Error {
  readonly diagnostic: Diagnostic;
  /** 5 where the store itself is damaged or cannot be read, 1 where only its surroundings are wrong (cli.md). */
  readonly exitCode: 1 | 5;

  constructor(diagnostic: Diagnostic, exitCode: 1 | 5, cause?: unknown) {
    super(diagnostic.message, cause === undefined ? {} : { cause });
    this.name = 'StoreError';
    this.diagnostic = diagnostic;
    this.exitCode = exitCode;
  }
}

/** Something in the store is not what was written there. `aside` is where it was moved, if it was. */
export function damaged(file: string, problem: string, aside: string | undefined): StoreError {
  return new StoreError(diagnose('store-damaged', undefined, { file, problem, aside }), 5);
}

/** Runs an operation of the store in a folder; what the system says of a failure is put into the terms of the user. */
export async function explained<T>(action: () => Promise<T>, store?: string): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw explain(error, store);
  }
}

/** The same for a synchronous operation. */
export function explainedNow<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explain(error);
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS']);

/** `ENOSPC`, not `ERR_INVALID_ARG_TYPE`, which would be a bug of ours. */
const SYSTEM_CODE = /^E[A-Z0-9]+$/;

/** Errors of the system become `StoreError`s; anything else stays as it is. */
function explain(error: unknown, store?: string): unknown {
  const code = errorCode(error);
  if (error instanceof StoreError || code === undefined || !SYSTEM_CODE.test(code)) return error;
  const file = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : 'a file';
  const failure = (diagnostic: Diagnostic, exitCode: 1 | 5 = 1): StoreError =>
    new StoreError(diagnostic, exitCode, error);
  if (FULL.has(code)) return failure(diagnose('disk-full', undefined, { file }));
  if (DENIED.has(code)) return failure(diagnose('file-denied', undefined, { file, readOnly: code === 'EROFS' }));
  if (code === 'ENOTDIR' || code === 'EEXIST') return failure(diagnose('store-not-folder', undefined, { file: store ?? file }));
  if (code === 'EIO') return failure(diagnose('disk-failing', undefined, { file }), 5);
  return failure(diagnose('file-failed', undefined, { file, reason: reasonOf(error, code) }));
}

/** `ENOENT: no such file or directory, open '/x'` without the operation and the path, which the message has already. */
function reasonOf(error: unknown, code: string): string {
  const text = error instanceof Error ? error.message : '';
  const said = /^E[A-Z0-9]+: ([^,]+)/.exec(text)?.[1];
  return said === undefined ? code : `${said} (${code})`;
}
