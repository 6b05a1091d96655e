import type { PlannedStep, RunEvent, RunState, StepEndEvent } from '../events.ts';
import { listRuns, readRun } from './journal.ts';
import type { Store } from './store.ts';

/** A run as its journal tells it. One that was killed, or is still going on, has no end: it is `unfinished`. */
export interface PastRun {
  readonly run: string;
  /** When, as ISO 8601 in UTC. */
  readonly began: string;
  readonly state: RunState | 'unfinished';
  /** Of an unfinished run, until its last event. */
  readonly seconds: number;
  readonly ran: number;
  /** `cached` and `cut-off`. */
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  readonly targets?: readonly string[];
  readonly label?: string;
  /** Every step of its plan. */
  readonly steps: readonly PastStep[];
}

/** A step of a run's plan, with its end if it came to one. */
export interface PastStep extends PlannedStep {
  readonly end?: StepEndEvent;
}

/** The last runs of a pipeline, oldest first; journals that do not even hold a plan are left out. */
export async function readPastRuns(store: Store, pipeline: string, most = Infinity): Promise<readonly PastRun[]> {
  const runs: PastRun[] = [];
  for (const run of [...(await listRuns(store, pipeline))].reverse()) {
    if (runs.length >= most) break;
    const past = pastRun(run, readRun(store, pipeline, run));
    if (past !== undefined) runs.unshift(past);
  }
  return runs;
}

function pastRun(run: string, events: readonly RunEvent[]): PastRun | undefined {
  const plan = events.find((event) => event.event === 'plan');
  if (plan === undefined) return undefined;
  const ends = new Map(events.flatMap((event) => (event.event === 'step-end' ? [[event.name, event] as const] : [])));
  const end = events.find((event) => event.event === 'run-end');
  const count = (...states: readonly StepEndEvent['state'][]): number => [...ends.values()].filter(({ state }) => states.includes(state)).length;
  return {
    run,
    began: plan.time,
    state: end?.state ?? 'unfinished',
    seconds: end?.seconds ?? (Date.parse(events.at(-1)?.time ?? plan.time) - Date.parse(plan.time)) / 1000,
    ran: count('ran'),
    cached: count('cached', 'cut-off'),
    failed: count('failed'),
    skipped: count('skipped'),
    ...(plan.targets === undefined ? {} : { targets: plan.targets }),
    ...(plan.label === undefined ? {} : { label: plan.label }),
    steps: plan.steps.map((step) => {
      const ended = ends.get(step.name);
      return ended === undefined ? step : { ...step, end: ended };
    }),
  };
}
