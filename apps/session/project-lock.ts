import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose, type Checked } from '../../grammar/diagnostics/index.ts';
import { duckdbVersion } from '../../runtime/analyse.ts';
import { bestBackend, TENSORFLOW, TENSORFLOWJS } from '../../runtime/providers/backends.ts';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { isWheel, parseLock, printLock, type Lock } from '../../runtime/providers/lock.ts';
import { platformName } from '../../runtime/providers/platform.ts';
import { LOCK_FILE } from './find-project.ts';

/** A project's lock. */
export interface ProjectLock extends Checked<Lock> {
  /** The file's text. */
  readonly text: string;
  /** What the file should say, where there is none or it lacks an engine of this version of the program. */
  readonly update?: string;
}

/**
 * The project's lock. Where it has none, it is the one that this version of the program was tested with, and an engine
 * that a lock does not have yet is added: with the best backend at hand on this machine.
 */
export function readLock(project: string): ProjectLock {
  try {
    const text = readFileSync(join(project, LOCK_FILE), 'utf8');
    const { value, diagnostics } = parseLock(text, LOCK_FILE);
    const missing = diagnostics.length > 0 ? [] : newEntries(project).filter(({ engine }) => isMissing(value, engine));
    if (missing.length === 0) return { value, diagnostics, text };
    const complete = [...value, ...missing];
    return { value: complete, diagnostics, text, update: printLock(complete) };
  } catch (error) {
    const value = newEntries(project);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { value, diagnostics: [], text: '', update: printLock(value) };
    const reason = code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'it may not be read' : String(code ?? error);
    return { value, diagnostics: [diagnose('lock-unreadable', undefined, { file: LOCK_FILE, reason })], text: '' };
  }
}

/** A lock with TensorFlow.js and without TensorFlow says what networks run on: models stay what they are. */
function isMissing(lock: Lock, engine: string): boolean {
  const has = (name: string): boolean => lock.some((one) => one.engine === name);
  return !has(engine) && !(engine === TENSORFLOW && has(TENSORFLOWJS));
}

function newEntries(project: string): Lock {
  const here = platformName();
  return defaultLock().map((entry) => (isWheel(entry) || entry.platform !== here ? entry : { ...entry, backend: bestBackend(project) }));
}

/**
 * Versions of the engines by name: DuckDB's from its package, the others' from the lock, for this platform, with the
 * backend where there are several: results depend on it. A platform for which nothing is pinned has those of another one.
 */
export function engineVersions(lock: Lock): Record<string, string> {
  const versions: Record<string, string> = { duckdb: duckdbVersion() };
  const here = lock.filter(({ platform }) => platform === platformName());
  for (const entry of here.length === 0 ? lock : here) {
    versions[entry.engine] ??= isWheel(entry) ? entry.version : `${entry.version} ${entry.backend}`;
  }
  return versions;
}
