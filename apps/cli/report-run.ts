import type { PlanStep } from '../../compiler/plan/plan.ts';
import type { Diagnostic } from '../../grammar/index.ts';
import type { PlannedStep, RunEvent, StepEndEvent } from '../../runtime/events.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import type { FetchProgress } from '../../runtime/providers/ensure-provider.ts';
import type { TextOf } from './failure.ts';
import { diagnosticJson } from './print-diagnostics.ts';
import { mainFigure, metricsText } from './render/figures.ts';
import { advance, advanceFetch, describeFetch, describeRunning, nameWidthOf, noProgress, renderFinished, renderLive, WAITING, type RunProgress } from './render/progress.ts';
import { nameSlots } from './render/names.ts';
import { safeJson } from './render/safe-json.ts';
import type { LiveLines, Terminal } from './terminal.ts';

/** Tells of a run while it goes on. */
export interface Reporter {
  readonly onEvent: (event: RunEvent) => void;
  readonly onFetch: (progress: FetchProgress) => void;
  /** Prints something between the events. */
  readonly note: (text: string) => void;
  readonly close: () => void;
  /** What it has heard of: a reporter that follows this one goes on from there. */
  readonly progress: () => RunProgress;
}

/** What a report for people needs to know of the run. */
export interface RunFacts {
  readonly steps: readonly PlanStep[];
  /** The record of a step with this key, if it can be read already. */
  readonly recordOf: (name: string, key: string) => ActionRecord | undefined;
  /** What another run was making when this one took its place. */
  readonly earlier?: RunProgress | undefined;
}

/** What a report for programs needs to know. */
export interface JsonFacts {
  readonly textOf: TextOf;
  readonly debug: boolean;
  /** What was found before the run and stops nothing; the `plan` event tells of it. */
  readonly warnings?: readonly Diagnostic[];
}

/** One event a line, as programs read it (cli.md). What a step warns of has the names of its inputs. */
export function jsonReporter(terminal: Terminal, { textOf, debug, warnings = [] }: JsonFacts): Reporter {
  const steps = new Map<string, PlannedStep>();
  return {
    onEvent: (event) => {
      if (event.event === 'plan') for (const step of event.steps) steps.set(step.name, step);
      const told = event.event === 'plan' && warnings.length > 0 ? { warnings: warnings.map((one) => diagnosticJson(one, textOf)) } : {};
      const inputs = event.event === 'step-end' ? steps.get(event.name)?.inputs : undefined;
      const named = event.event === 'step-end' && event.warnings !== undefined ? { warnings: event.warnings.map((warning) => nameSlots(warning, inputs ?? {})) } : {};
      const error = 'error' in event && event.error !== undefined ? { error: diagnosticJson(event.error, textOf) } : {};
      const hidden = 'stack' in event && !debug ? { stack: undefined } : {};
      terminal.print(safeJson({ ...event, ...error, ...hidden, ...told, ...named }));
    },
    onFetch: () => undefined,
    note: () => undefined,
    close: () => undefined,
    progress: () => noProgress,
  };
}

/** Milliseconds between two looks at what is going on: often enough to look alive, too seldom to cost anything. */
const REFRESH = 100;

/** Finished steps as lines, and below them what is running, changing in place. */
export function liveReporter(terminal: Terminal, live: LiveLines, facts: RunFacts): Reporter {
  const began = Date.now();
  const finished = finishedLines(terminal, facts, live.print);
  const steps = facts.steps.filter((step) => step.fusedInto === undefined && step.sameAs === undefined).length;
  let progress: RunProgress = { ...noProgress, running: facts.earlier?.running ?? new Map() };
  const refresh = (): void => {
    finished.print();
    live.show(renderLive(progress, { steps: Math.max(steps, progress.ended.size + progress.running.size), began, now: Date.now() }, terminal.view()));
  };
  const timer = setInterval(refresh, REFRESH);
  timer.unref();
  return {
    onEvent: (event) => {
      finished.hear(event, progress);
      if (event.event === 'plan') for (const { engine, version } of progress.fetching.values()) live.print(`  fetched ${engine} ${version}`);
      progress = advance(progress, event);
    },
    onFetch: (fetch) => {
      progress = advanceFetch(progress, fetch);
    },
    note: (text) => live.print(`  ${text}`),
    close: () => {
      clearInterval(timer);
      finished.printAll();
      live.close();
    },
    progress: () => progress,
  };
}

/** Milliseconds between two lines about the same step where lines cannot change. */
const PATIENCE = 10_000;

/** Lines only: finished steps, and now and then how far the others are. */
export function plainReporter(terminal: Terminal, facts: RunFacts & { readonly quiet: boolean }): Reporter {
  const print = facts.quiet ? (): void => undefined : terminal.print;
  const finished = finishedLines(terminal, facts, print);
  const timer = setInterval(finished.print, REFRESH);
  timer.unref();
  const told = new Map<string, number>();
  let progress: RunProgress = { ...noProgress, running: facts.earlier?.running ?? new Map() };
  const isDue = (name: string): boolean => {
    const now = Date.now();
    const last = told.get(name) ?? progress.running.get(name)?.began ?? now;
    if (now - last < PATIENCE) return false;
    told.set(name, now);
    return true;
  };
  return {
    onEvent: (event) => {
      finished.hear(event, progress);
      progress = advance(progress, event);
      // Whoever waits is told why, at once.
      if (event.event === 'step-waiting') print(`    ${event.name}: ${WAITING}`);
      const running = event.event === 'step-progress' ? progress.running.get(event.name) : undefined;
      if (event.event === 'step-progress' && running !== undefined && isDue(event.name)) print(`    ${event.name}: ${describeRunning(running, Date.now())}`);
    },
    onFetch: (fetch) => {
      const phase = `${fetch.engine} ${fetch.phase}`;
      if (told.has(phase)) return;
      told.set(phase, Date.now());
      print(`  ${fetch.engine} ${fetch.version}: ${describeFetch(fetch)}`);
    },
    note: (text) => print(`  ${text}`),
    close: () => {
      clearInterval(timer);
      finished.printAll();
    },
    progress: () => progress,
  };
}

/** Prints the lines of finished steps, each as soon as what came out of it can be read. */
interface FinishedLines {
  readonly hear: (event: RunEvent, progress: RunProgress) => void;
  /** Prints what can be said by now. */
  readonly print: () => void;
  readonly printAll: () => void;
}

interface WaitingLine {
  readonly event: StepEndEvent;
  readonly since: number;
  /** Metrics of the step's last progress, for when its record cannot be read. */
  readonly metrics: string;
}

/** Milliseconds for which a line waits for its step's record: records reach the disk in groups, after the step's end. */
const LATEST = 1000;

/** Steps that were cached are in the plan; saying so again would hide the others. */
function finishedLines(terminal: Terminal, { steps, recordOf }: RunFacts, print: (line: string) => void): FinishedLines {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const waiting: WaitingLine[] = [];
  const figureOf = ({ name, key, state }: StepEndEvent): string | undefined => {
    const step = byName.get(name);
    if (step === undefined || key === undefined || state !== 'ran') return '';
    const record = attempt(() => recordOf(name, key));
    return record === undefined ? undefined : mainFigure(step, record.outputs);
  };
  const printWaiting = (all: boolean): void => {
    for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
      const figure = figureOf(line.event);
      if (figure === undefined && !all && Date.now() - line.since < LATEST) return;
      waiting.shift();
      const view = terminal.view();
      print(renderFinished({ event: line.event, figure: figure ?? line.metrics, nameWidth: nameWidthOf(steps, view.width) }, view));
    }
  };
  return {
    hear: (event, progress) => {
      if (event.event !== 'step-end') return;
      const running = progress.running.get(event.name);
      // What another program was waited for is told of: the plan said that it would run.
      if (event.state === 'cached' && running?.waiting !== true) return;
      waiting.push({ event, since: Date.now(), metrics: metricsText(running?.last?.metrics ?? {}) });
    },
    print: () => printWaiting(false),
    printAll: () => printWaiting(true),
  };
}

/** A record may not be on the disk yet when its step's end is told: then there is none. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
