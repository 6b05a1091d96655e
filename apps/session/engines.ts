import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose, type Checked, type Diagnostic } from '../../grammar/index.ts';
import type { Kind } from '../../compiler/kinds/kind.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import { duckdbVersion } from '../../runtime/analyse.ts';
import { bestBackend } from '../../runtime/providers/backends.ts';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { ensureProvider, type FetchProgress } from '../../runtime/providers/ensure-provider.ts';
import { ensureBackend } from '../../runtime/providers/ensure-backend.ts';
import { findLockEntry, isWheel, parseLock, printLock, type Lock } from '../../runtime/providers/lock.ts';
import { platformName } from '../../runtime/providers/platform.ts';
import { registry } from '../../stdlib/index.ts';
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
    const missing = diagnostics.length > 0 ? [] : newEntries(project).filter(({ engine }) => !value.some((one) => one.engine === engine));
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

function newEntries(project: string): Lock {
  const here = platformName();
  return defaultLock().map((entry) => (isWheel(entry) || entry.platform !== here ? entry : { ...entry, backend: bestBackend(project) }));
}

/**
 * Versions of the engines by name: DuckDB's from its package, the others' from the lock, for this platform, with the
 * backend where there are several: results depend on it.
 */
export function engineVersions(lock: Lock): Record<string, string> {
  const versions: Record<string, string> = { duckdb: duckdbVersion() };
  for (const { engine } of lock) {
    const entry = findLockEntry(lock, engine, platformName()) ?? lock.find((one) => one.engine === engine);
    if (entry !== undefined) versions[engine] = isWheel(entry) ? entry.version : `${entry.version} ${entry.backend}`;
  }
  return versions;
}

/** The kind of a step, where it is of the standard library; those of packages use no engine of the lock. */
export function kindOf(step: PlanStep): Kind | undefined {
  return step.package === undefined ? registry.get(step.kind) : undefined;
}

/** Finds the engines that a step of a plan calls: its kind's, and those of the models that it reads, with the models that these read. */
export function engineFinder(plan: Plan): (step: PlanStep) => readonly string[] {
  const models = new Map(plan.steps.flatMap((step) => (step.keyword === 'model' ? [[step.name, step] as const] : [])));
  const allOf = (step: PlanStep): string[] => {
    // By its kind, not by the plan: there an engine has no name when the lock has no entry for it.
    const own = kindOf(step)?.engine ?? 'duckdb';
    const read = new Set(step.inputs.map((input) => models.get(input.step)));
    return [own, ...[...read].flatMap((model) => (model === undefined ? [] : allOf(model)))];
  };
  return (step) => [...new Set(allOf(step))].filter((name) => name !== 'duckdb');
}

/** Where each engine's library lies, by the engine's name. */
export type EngineFolders = ReadonlyMap<string, string>;

/** Makes sure, before anything runs, that the engines of some steps are there; fetches what is not. */
export async function ensureEngines(
  lock: Lock,
  needed: ReadonlyMap<string, string>,
  options: { readonly project: string; readonly onFetch?: ((progress: FetchProgress) => void) | undefined; readonly signal?: AbortSignal | undefined },
): Promise<{ readonly found: EngineFolders; readonly diagnostics: readonly Diagnostic[] }> {
  const found = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const [engine, step] of needed) {
    const entry = findLockEntry(lock, engine, platformName());
    if (entry !== undefined && !isWheel(entry)) {
      const ensured = ensureBackend(entry, { project: options.project, step });
      if (ensured.ok) found.set(engine, ensured.folder);
      else diagnostics.push(ensured.diagnostic);
      continue;
    }
    const ensured = await ensureProvider({
      lock,
      engine,
      step,
      ...(options.onFetch === undefined ? {} : { onProgress: options.onFetch }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (ensured.ok) found.set(engine, ensured.library);
    else diagnostics.push(ensured.diagnostic);
  }
  return { found, diagnostics };
}
