import type { Diagnostic } from '../../grammar/index.ts';
import type { Preview } from '../../compiler/plan/preview.ts';
import type { ApplyOptions, ApplyResult, Compiled, Session } from '../session/session.ts';

/** What happens while a file is watched, in the order in which it happens. */
export interface WatchListener {
  /** The file compiled: what an apply would do now is about to be done. `before` is under way if a run is replaced. */
  readonly onPlan: (planned: Planned) => void;
  /** It did not: what is under way goes on. */
  readonly onWrong: (compiled: Compiled) => void;
  /** Damage of the store that was met, and is made good by the run that follows. */
  readonly onDamage: (damage: Diagnostic) => void;
  /** How a run ended that no other one replaced. */
  readonly onEnd: (result: ApplyResult, planned: Planned) => void | Promise<void>;
  /** What is not the pipeline's fault: of the store, an engine, the program. */
  readonly onFailure: (error: unknown) => void | Promise<void>;
}

/** A file that compiled, with the state of its steps. */
export interface Planned {
  readonly compiled: Compiled;
  readonly preview: Preview;
}

/** What a loop works with. */
export interface WatchOptions {
  readonly file: string;
  readonly session: Pick<Session, 'compile' | 'preview' | 'apply' | 'settled' | 'keepWanted'>;
  /** Is told, after each compilation, what it looked at, and when it began (milliseconds since 1970). */
  readonly watch: (reads: ReadonlySet<string>, since: number) => Promise<void>;
  readonly listener: WatchListener;
  /** Of each run. */
  readonly apply: Pick<ApplyOptions, 'jobs' | 'threads' | 'memory' | 'onEvent' | 'onFetch'>;
}

/** A file that is planned and run again whenever it is asked for. */
export interface WatchLoop {
  /** Plans again, now or as soon as the planning under way is done, and runs what has changed. */
  readonly replan: () => void;
  /** Resolves when nothing is planned or run. */
  readonly idle: () => Promise<void>;
  /** Cancels what is under way; what is finished is kept. Says whether anything was. */
  readonly quit: () => Promise<boolean>;
}

/**
 * Opens the loop. Plans are made one at a time. A new plan replaces the run under way: that starts nothing more, the
 * steps whose keys the new plan wants go on and are taken over, the others are stopped at once. Wanted are the keys that
 * are known; a step below one that has yet to run has none, and is stopped: trainings go on from their last checkpoint
 * if its key turns out to be the same. While the file is wrong, nothing is stopped.
 */
export function openWatchLoop({ file, session, watch, listener, apply }: WatchOptions): WatchLoop {
  const cancelling = new AbortController();
  const runs = new Set<Promise<void>>();
  let replaced = new AbortController();

  const plan = async (): Promise<void> => {
    const since = Date.now();
    const compiled = await session.compile(file);
    await watch(compiled.reads, since);
    if (cancelling.signal.aborted) return;
    if (compiled.plan === undefined) {
      listener.onWrong(compiled);
      return;
    }
    replaced.abort();
    // A step that has just finished must not look as if it had not.
    await session.settled();
    const preview = await session.preview(compiled.plan, { onDamage: listener.onDamage });
    session.keepWanted(wantedBy(preview));
    if (cancelling.signal.aborted) return;
    listener.onPlan({ compiled, preview });
    start({ compiled, preview });
  };

  const start = (planned: Planned): void => {
    const own = new AbortController();
    replaced = own;
    const run = session
      .apply(planned.preview, { ...apply, signal: cancelling.signal, replaced: own.signal })
      .then((result) => (own.signal.aborted ? undefined : listener.onEnd(result, planned)))
      .catch(listener.onFailure)
      .finally(() => runs.delete(run));
    runs.add(run);
  };

  const planning = oneAtATime(async () => {
    if (!cancelling.signal.aborted) await plan().catch(listener.onFailure);
  });
  const idle = async (): Promise<void> => {
    while (planning.underway() !== undefined || runs.size > 0) await Promise.all([planning.underway(), ...runs]);
  };
  return {
    replan: planning.ask,
    idle,
    quit: async () => {
      const wasBusy = runs.size > 0;
      cancelling.abort();
      await idle();
      return wasBusy;
    },
  };
}

/** Does something whenever it is asked for, one at a time; asked for while it is done, it is done once more. */
function oneAtATime(action: () => Promise<void>): { readonly ask: () => void; readonly underway: () => Promise<void> | undefined } {
  let isAsked = false;
  let underway: Promise<void> | undefined;
  const ask = (): void => {
    isAsked = true;
    underway ??= (async () => {
      while (isAsked) {
        isAsked = false;
        await action();
      }
      underway = undefined;
    })();
  };
  return { ask, underway: () => underway };
}

/** The keys of the steps that the plan makes first: those that are known, and not there yet. */
function wantedBy(preview: Preview): ReadonlySet<string> {
  return new Set(preview.steps.flatMap(({ state, key }) => (state === 'run' && key !== undefined ? [key] : [])));
}
