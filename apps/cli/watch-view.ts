import { basename, relative } from 'node:path';
import { hasErrors, type Diagnostic } from '../../grammar/index.ts';
import type { RunEvent } from '../../runtime/events.ts';
import type { ApplyOptions, ApplyResult, Compiled, Session } from '../session/session.ts';
import { LOCK_FILE } from '../session/find-project.ts';
import type { Planned, WatchListener } from '../watch/watch-loop.ts';
import type { CommandContext } from './command.ts';
import { openReporter } from './open-reporter.ts';
import { diagnosticJson, printDiagnostics } from './print-diagnostics.ts';
import { planJson } from './render/plan-json.ts';
import { isPending } from './render/plan-summary.ts';
import { renderDifference } from './render/plan-view.ts';
import { safeJson } from './render/safe-json.ts';
import { renderOutcome } from './render/summary.ts';
import type { RunProgress } from './render/progress.ts';
import { listNames } from './render/text.ts';
import { jsonReporter, type Reporter } from './report-run.ts';
import type { LiveLines, Terminal } from './terminal.ts';
import { toFailure } from './to-failure.ts';

/** Tells of what happens while a file is watched. */
export interface WatchView extends WatchListener, Required<Pick<ApplyOptions, 'onEvent' | 'onFetch'>> {
  /** What is watched, as soon as it is known or changes. */
  readonly onWatch: (reads: ReadonlySet<string>) => void;
  readonly onChange: (paths: readonly string[]) => void;
  readonly note: (text: string) => void;
  readonly close: () => Promise<void>;
}

/** What a view is about. */
export interface Watched {
  readonly context: CommandContext;
  readonly session: Session;
  /** As it was named on the command line. */
  readonly file: string;
}

/** For programs: the events of the runs, and `watch` events between them, one a line (cli.md). */
export function jsonView({ context: { flags, terminal } }: Watched): WatchView {
  let textOf: Compiled['textOf'] = () => undefined;
  const tell = (state: string, fields: Readonly<Record<string, unknown>>): void => terminal.print(safeJson({ time: new Date().toISOString(), event: 'watch', state, ...fields }));
  const shown = (diagnostics: readonly Diagnostic[]) => ({ diagnostics: diagnostics.map((one) => diagnosticJson(one, textOf)) });
  const reporter = jsonReporter(terminal, { textOf: (file) => textOf(file), debug: flags.debug });
  const hear = (compiled: Compiled): void => {
    ({ textOf } = compiled);
  };
  return {
    ...reporter,
    onWatch: (reads) => tell('watching', { files: namesOf(flags.folder, reads) }),
    onChange: (paths) => tell('changed', { files: namesOf(flags.folder, paths) }),
    onWrong: (compiled) => {
      hear(compiled);
      tell('wrong', shown(compiled.diagnostics));
    },
    onPlan: ({ compiled, preview }) => {
      hear(compiled);
      tell('planned', { ...shown(compiled.diagnostics), plan: planJson(preview, () => undefined) });
    },
    onDamage: (damage) => tell('damaged', shown([damage])),
    onFailure: (error) => tell('failed', shown(toFailure(error).diagnostics)),
    onEnd: () => tell('idle', {}),
    close: () => Promise.resolve(),
  };
}

/** For people: what was saved, how the plan differs, the steps as they end, and what the models came to. */
export function humanView({ context: { flags, ...context }, session, file }: Watched, live: LiveLines | undefined): WatchView {
  const terminal = live === undefined ? context.terminal : { ...context.terminal, print: live.print, printError: live.printError };
  const say = flags.quiet ? (): void => undefined : terminal.print;
  const errors = new Map<string, Diagnostic>();
  const frame = openFrame({ file, terminal, live, say });
  const reports = openReports();
  const findings = ({ diagnostics, textOf }: Pick<Compiled, 'diagnostics' | 'textOf'>): void => {
    if (!flags.quiet || hasErrors(diagnostics)) printDiagnostics(diagnostics, textOf, terminal);
  };
  const tellEnd = (result: ApplyResult, { compiled, preview }: Planned): void => {
    printDiagnostics([...errors.values()], compiled.textOf, terminal);
    say('');
    for (const line of renderOutcome({ plan: preview.plan, file, result, records: result.records, store: '' }, terminal.view())) say(line);
  };
  return {
    onEvent: (event) => {
      collectError(errors, event);
      reports.report((reporter) => reporter.onEvent(event));
    },
    onFetch: (fetch) => reports.report((reporter) => reporter.onFetch(fetch)),
    note: (text) => say(`  ${text}`),
    onWatch: frame.onWatch,
    onChange: (paths) => {
      say('');
      say(`${terminal.view().paint('bold', timeOfDay(new Date()))} ${listNames(namesOf(flags.folder, paths), 3)} changed`);
    },
    onWrong: (compiled) => {
      const isGone = compiled.diagnostics.some(({ code }) => code === 'pipeline-unreadable');
      // How to name a file is not what its author asks now.
      findings(isGone ? { ...compiled, diagnostics: compiled.diagnostics.map(withoutHint) } : compiled);
      say(isGone ? '  waiting for the file to come back' : '  waiting for a change');
    },
    onDamage: (damage) => printDiagnostics([damage], () => undefined, terminal),
    onPlan: ({ compiled, preview }) => {
      findings(compiled);
      for (const line of renderDifference(preview, terminal.view())) say(line);
      errors.clear();
      if (!isPending(preview)) void reports.close().then(frame.rest);
      else reports.follow((earlier) => openReporter(session, { preview, textOf: compiled.textOf }, { flags, terminal, live: frame.lines, earlier }));
    },
    onEnd: async (result, planned) => {
      await reports.close();
      if (result.ran + result.failed > 0) tellEnd(result, planned);
      frame.rest();
    },
    onFailure: async (error) => {
      await reports.close();
      const { diagnostics, textOf } = toFailure(error);
      printDiagnostics(diagnostics, textOf, terminal);
      frame.rest();
    },
    close: async () => {
      await reports.close();
      live?.close();
    },
  };
}

interface FrameParts {
  readonly file: string;
  readonly terminal: Terminal;
  readonly live: LiveLines | undefined;
  readonly say: (line: string) => void;
}

/** What stands at the bottom of the terminal: a run, and between runs what is watched. */
function openFrame({ file, terminal, live, say }: FrameParts): { readonly rest: () => void; readonly onWatch: WatchView['onWatch']; readonly lines: LiveLines | undefined } {
  let watched = 0;
  let isResting = true;
  const subject = (): string => `watching ${file}${watched === 1 ? '' : ' and what it reads'}`;
  const rest = (): void => {
    isResting = true;
    live?.show([terminal.view().paint('dim', `  ${subject()} · Enter runs it again · q quits`)]);
  };
  const show = (lines: readonly string[]): void => {
    isResting = false;
    live?.show(lines);
  };
  return {
    rest,
    // What shows a run lets go of the lines when it ends.
    lines: live === undefined ? undefined : { ...live, show, close: rest },
    onWatch: (reads) => {
      const isFirst = watched === 0;
      watched = [...reads].filter((path) => basename(path) !== LOCK_FILE).length;
      if (isFirst && live === undefined) say(subject());
      if (isResting) rest();
    },
  };
}

/** The report of the run under way, which takes a moment to open: what happens meanwhile is told in its turn. */
function openReports(): {
  readonly report: (action: (reporter: Reporter) => void) => void;
  readonly follow: (open: (earlier: RunProgress | undefined) => Promise<Reporter>) => void;
  readonly close: () => Promise<RunProgress | undefined>;
} {
  let current: Promise<Reporter> | undefined;
  const close = async (): Promise<RunProgress | undefined> => {
    const reporter = await current;
    reporter?.close();
    return reporter?.progress();
  };
  return {
    report: (action) => void current?.then(action),
    follow: (open) => {
      current = close().then(open);
    },
    close: async () => {
      const closed = close();
      current = undefined;
      return closed;
    },
  };
}

function withoutHint({ hint: _, ...diagnostic }: Diagnostic): Diagnostic {
  return diagnostic;
}

/** The errors of a run by step: one that a later run meets again is the same. */
function collectError(errors: Map<string, Diagnostic>, event: RunEvent): void {
  if (event.event === 'step-end' && event.state === 'failed' && event.error !== undefined) errors.set(event.name, event.error);
  if (event.event === 'run-end' && event.error !== undefined) errors.set('', event.error);
}

/** Paths as the user would write them from where the command was started. */
function namesOf(folder: string, paths: Iterable<string>): string[] {
  return [...paths].map((path) => {
    const near = relative(folder, path);
    return near === '' ? '.' : near.startsWith('..') ? path : near;
  });
}

function timeOfDay(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((number) => String(number).padStart(2, '0')).join(':');
}
