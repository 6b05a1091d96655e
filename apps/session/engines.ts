import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose, type Checked, type Diagnostic } from '../../grammar/index.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import { duckdbVersion } from '../../runtime/analyse.ts';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { ensureProvider, type FetchProgress } from '../../runtime/providers/ensure-provider.ts';
import { findLockEntry, parseLock, printLock, type Lock } from '../../runtime/providers/lock.ts';
import { platformName } from '../../runtime/providers/platform.ts';
import { registry } from '../../stdlib/index.ts';

/** The name of the project's lock. */
export const LOCK_FILE = 'mlp.lock';

/** The project's lock; the one that this version of the program was tested with, where the project has none. */
export function readLock(project: string): Checked<Lock> & { readonly text: string; readonly isNew: boolean } {
  const path = join(project, LOCK_FILE);
  try {
    const text = readFileSync(path, 'utf8');
    return { ...parseLock(text, LOCK_FILE), text, isNew: false };
  } catch (error) {
    const lock = defaultLock();
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { value: lock, diagnostics: [], text: printLock(lock), isNew: true };
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'it may not be read' : String(code ?? error);
    return { value: lock, diagnostics: [diagnose('lock-unreadable', undefined, { file: LOCK_FILE, reason })], text: '', isNew: false };
  }
}

/** Versions of the engines by name: DuckDB's from its package, the others' from the lock, for this platform. */
export function engineVersions(lock: Lock): Record<string, string> {
  const versions: Record<string, string> = { duckdb: duckdbVersion() };
  for (const { engine } of lock) {
    const entry = findLockEntry(lock, engine, platformName()) ?? lock.find((one) => one.engine === engine);
    if (entry !== undefined) versions[engine] = entry.version;
  }
  return versions;
}

/** The engines that a step calls: its kind's, and those of the models that it reads. */
export function enginesOf(plan: Plan, step: PlanStep): string[] {
  const read = step.inputs.map((input) => plan.steps.find((one) => one.name === input.step && one.keyword === 'model'));
  // By its kind, not by the plan: there an engine has no name when the lock has no entry for it.
  return [...new Set([step, ...read].flatMap((one) => (one === undefined ? [] : (registry.get(one.kind)?.engine ?? []))))].filter((name) => name !== 'duckdb');
}

/** Where each engine's library lies, by the engine's name. */
export type EngineFolders = ReadonlyMap<string, string>;

/** Makes sure, before anything runs, that the engines of some steps are there; fetches what is not. */
export async function ensureEngines(
  lock: Lock,
  needed: ReadonlyMap<string, string>,
  options: { readonly onFetch?: ((progress: FetchProgress) => void) | undefined; readonly signal?: AbortSignal | undefined },
): Promise<{ readonly found: EngineFolders; readonly diagnostics: readonly Diagnostic[] }> {
  const found = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const [engine, step] of needed) {
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
