import { StepError } from '../../compiler/kinds/run.ts';
import { diagnose } from '../../grammar/diagnostics/index.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { SessionError } from '../session/session.ts';
import { Failure, failure } from './failure.ts';

/** Says whatever was thrown in the terms of the user. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof SessionError) return new Failure(error.diagnostics);
  if (error instanceof StoreError) return new Failure([error.diagnostic], { exitCode: error.exitCode });
  if (error instanceof StepError) return failure('usage', { problem: error.message, hint: error.hint });
  if (isSystemError(error)) return new Failure([systemDiagnostic(error)]);
  return failure('unexpected', { problem: error instanceof Error ? error.message : String(error) });
}

type SystemError = Error & { readonly code: string; readonly path: string };

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) && 'path' in error && typeof error.path === 'string';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
};

/** A failure of the file system, such as a file that is not there. */
function systemDiagnostic({ code, path, message }: SystemError): ReturnType<typeof diagnose> {
  if (code === 'EACCES' || code === 'EPERM') return diagnose('output-denied', undefined, { file: path });
  if (code === 'ENOSPC' || code === 'EDQUOT') return diagnose('disk-full', undefined, { file: path });
  return diagnose('file-failed', undefined, { file: path, reason: REASONS[code] ?? message });
}
