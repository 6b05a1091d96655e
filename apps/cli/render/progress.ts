import type { PlanStep } from '../../../compiler/plan/plan.ts';
import type { JsonObject } from '../../../compiler/json.ts';
import type { RunEvent, StepEndEvent, StepProgressEvent } from '../../../runtime/events.ts';
import type { FetchProgress } from '../../../runtime/providers/ensure-provider.ts';
import { findingText } from './check-view.ts';
import { formatBytes, formatSeconds } from './format.ts';
import { metricsText } from './figures.ts';
import { renderTable, type Cell } from './table.ts';
import { clean, count, displayWidth, pad, truncate, truncateMiddle, type Style, type View } from './text.ts';

/** What is going on in a run, as events tell it. */
export interface RunProgress {
  /** Names of the steps whose end was told of: one that another run made ends here too. */
  readonly ended: ReadonlySet<string>;
  readonly failed: number;
  /** By name, in the order in which they began. */
  readonly running: ReadonlyMap<string, RunningStep>;
  /** By engine. */
  readonly fetching: ReadonlyMap<string, FetchProgress>;
}

/** A step that has begun, here or in another program, and not ended, as far as its events have told. */
export interface RunningStep {
  /** Milliseconds since 1970. */
  readonly began: number;
  /** Another program is making it. */
  readonly waiting?: true;
  readonly last?: StepProgressEvent;
  /** The first round that was told, and when: rates are counted from it. */
  readonly first?: { readonly round: number; readonly at: number };
}

/** Nothing has happened yet. */
export const noProgress: RunProgress = { ended: new Set(), failed: 0, running: new Map(), fetching: new Map() };

/** The progress after an event. */
export function advance(progress: RunProgress, event: RunEvent): RunProgress {
  switch (event.event) {
    case 'plan':
      // Everything that is needed has been fetched.
      return { ...progress, fetching: new Map() };
    case 'run-end':
      return progress;
    case 'step-waiting':
      return { ...progress, running: new Map(progress.running).set(event.name, { began: Date.parse(event.time), waiting: true }) };
    case 'step-start':
      return { ...progress, running: new Map(progress.running).set(event.name, { began: Date.parse(event.time) }) };
    case 'step-progress':
      return { ...progress, running: new Map(progress.running).set(event.name, withProgress(progress.running.get(event.name), event)) };
    case 'step-end': {
      const running = new Map(progress.running);
      running.delete(event.name);
      return { ...progress, running, ended: new Set(progress.ended).add(event.name), failed: progress.failed + (event.state === 'failed' ? 1 : 0) };
    }
  }
}

/** The progress after news of an engine that is being fetched. */
export function advanceFetch(progress: RunProgress, fetch: FetchProgress): RunProgress {
  return { ...progress, fetching: new Map(progress.fetching).set(fetch.engine, fetch) };
}

function withProgress(step: RunningStep | undefined, event: StepProgressEvent): RunningStep {
  const at = Date.parse(event.time);
  const began = step?.began ?? at;
  // In another phase, rounds and metrics are others too.
  const goesOn = event.phase === undefined || event.phase === step?.last?.phase;
  const first = (goesOn ? step?.first : undefined) ?? (event.round === undefined ? undefined : { round: event.round, at });
  const last = goesOn ? { ...step?.last, ...event } : event;
  return { began, last, ...(first === undefined ? {} : { first }) };
}

/** What is running, one line each, and how far the run is. `now` and `began` are milliseconds since 1970. */
export function renderLive(progress: RunProgress, run: { readonly steps: number; readonly began: number; readonly now: number }, view: View): string[] {
  const rows = [...progress.running].map(([name, step]): Cell[] => [
    { text: '▸', style: 'cyan' },
    { text: name, style: 'bold' },
    describeRunning(step, run.now),
    { text: formatSeconds((run.now - step.began) / 1000), style: 'dim' },
  ]);
  const fetching = [...progress.fetching.values()].map((fetch): Cell[] => [{ text: '↓', style: 'cyan' }, { text: `${fetch.engine} ${fetch.version}`, style: 'bold' }, describeFetch(fetch), '']);
  const failed = progress.failed === 0 ? '' : `, ${progress.failed} failed`;
  const total = `${progress.ended.size} of ${count(run.steps, 'step')} done${failed} · ${formatSeconds((run.now - run.began) / 1000)}`;
  return [
    ...renderTable({ columns: [{}, { least: 8, cut: 'middle' }, { least: 12 }, { align: 'right' }], rows: [...fetching, ...rows], indent: 2 }, view),
    view.paint('dim', truncate(`  ${total}`, view.width)),
  ];
}

/** What is said of a step that another program is making. */
export const WAITING = 'another program is making it: waiting';

/** `120/400 · auc 0.7012 · 8 s left · 34/s`, or what is going on where there are no rounds: `reading`. */
export function describeRunning({ last, first, waiting }: RunningStep, now: number): string {
  if (waiting === true) return WAITING;
  if (last === undefined) return '';
  const { phase, round, rounds, metrics } = last;
  const parts = [round === undefined ? clean(phase ?? '') : rounds === undefined ? `round ${round}` : `${round}/${rounds}`];
  if (metrics !== undefined) parts.push(metricsText(metrics, 1));
  if (round !== undefined && first !== undefined && round > first.round) {
    const perSecond = (round - first.round) / (Math.max(1, Date.parse(last.time) - first.at) / 1000);
    if (rounds !== undefined) parts.push(`${formatSeconds(Math.max(0, (rounds - round) / perSecond - (now - Date.parse(last.time)) / 1000))} left`);
    parts.push(`${perSecond >= 9.95 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`);
  }
  return parts.filter((part) => part !== '').join(' · ');
}

/** `downloading, 5.8 MB` */
export function describeFetch({ phase, bytes }: FetchProgress): string {
  return `${phase}, ${formatBytes(bytes)}`;
}

/** A finished step in one line: its state, name, seconds, and what came out of it. */
export interface FinishedStep {
  readonly event: StepEndEvent;
  /** What came out of it, in a few words. */
  readonly figure: string;
  /** Cells that names take, so that lines are aligned. */
  readonly nameWidth: number;
}

const MARKS: Readonly<Record<StepEndEvent['state'], readonly [glyph: string, style: Style]>> = {
  ran: ['✓', 'green'],
  cached: ['✓', 'dim'],
  'cut-off': ['✓', 'dim'],
  failed: ['✗', 'red'],
  skipped: ['-', 'yellow'],
};

/** Renders the line of a finished step. */
export function renderFinished({ event, figure, nameWidth }: FinishedStep, view: View): string {
  const [glyph, style] = MARKS[event.state];
  const { text, dim } = outcome(event, figure);
  const seconds = event.state === 'ran' || event.state === 'failed' ? formatSeconds(event.seconds) : '';
  const room = view.width - 4 - nameWidth - 2 - 11;
  const name = pad(truncateMiddle(event.name, nameWidth), nameWidth);
  const shown = truncate(text, Math.max(10, room));
  return `  ${view.paint(style, glyph)} ${view.paint(dim ? 'dim' : 'bold', name)}  ${view.paint('dim', pad(seconds, 9, 'right'))}  ${dim ? view.paint('dim', shown) : shown}`.trimEnd();
}

function outcome({ state, error, findings }: StepEndEvent, figure: string): { readonly text: string; readonly dim: boolean } {
  switch (state) {
    case 'ran':
      return { text: figure, dim: false };
    case 'cached':
      return { text: 'cached', dim: true };
    case 'cut-off':
      return { text: 'cached: its inputs came out the same', dim: true };
    case 'failed':
      return { text: unmet(findings ?? []) || withoutName(error?.message ?? 'failed'), dim: false };
    case 'skipped':
      return { text: withoutName(error?.message ?? 'skipped'), dim: true };
  }
}

/** What a check found that is not as expected. */
function unmet(findings: readonly JsonObject[]): string {
  return findings.filter((finding) => finding['passed'] !== true).map(findingText).join('; ');
}

/** A message about a step without its name, which stands before it already. */
function withoutName(message: string): string {
  return clean(message.replace(/^`[^`]*` (failed: |was )?/, ''));
}

/** The cells that the names of a plan's steps take in the lines of finished ones. */
export function nameWidthOf(steps: readonly PlanStep[], width: number): number {
  return Math.min(Math.floor(width / 3), Math.max(8, ...steps.map(({ name }) => displayWidth(name))));
}
