import type { Diagnostic } from '../../grammar/index.ts';
import { engineNames } from '../../compiler/kinds/engine-of.ts';
import type { Kind } from '../../compiler/kinds/kind.ts';
import { isFit } from '../../compiler/plan/is-fit.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import { ensureProvider, type FetchProgress } from '../../runtime/providers/ensure-provider.ts';
import { ensureBackend } from '../../runtime/providers/ensure-backend.ts';
import { findLockEntry, isWheel, type Lock } from '../../runtime/providers/lock.ts';
import { platformName } from '../../runtime/providers/platform.ts';
import { registry } from '../../stdlib/index.ts';

/** The kind of a step, where it is of the standard library; those of packages use no engine of the lock. */
export function kindOf(step: PlanStep): Kind | undefined {
  return step.package === undefined ? registry.get(step.kind) : undefined;
}

/**
 * Finds the engines that a step of a plan calls: its kind's, and those of the models that it reads, with the models that
 * these read. Where the step is a model that is asked, not made, as these are.
 */
export function engineFinder(plan: Plan, { asked = false }: { readonly asked?: boolean } = {}): (step: PlanStep) => readonly string[] {
  const models = new Map(plan.steps.flatMap((step) => (isFit(step) ? [[step.name, step] as const] : [])));
  return (step) => {
    const calling = new Set([step]);
    // A set that grows while it is walked: what is added is walked, too.
    for (const { inputs } of calling) {
      for (const input of inputs) {
        const model = models.get(input.step);
        if (model !== undefined) calling.add(model);
      }
    }
    // Another step's model that is asked without its engine needs none.
    const trainsElsewhere = (one: PlanStep): boolean => (asked || one !== step) && kindOf(one)?.engineTrainsOnly === true;
    return [...new Set([...calling].flatMap((one) => (trainsElsewhere(one) ? [] : engineOfStep(one))))].filter((name) => name !== 'duckdb');
  };
}

/** In a plan an engine has no name when the lock has no entry for it: then it is the one that runs wherever any does. */
function engineOfStep(step: PlanStep): readonly string[] {
  const kind = kindOf(step);
  if (kind === undefined) return [];
  return step.engine === undefined ? engineNames(kind).slice(-1) : [step.engine.name];
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
