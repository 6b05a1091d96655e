import { relative } from 'node:path';
import type { Diagnostic } from '../../../grammar/index.ts';
import type { ApplyOptions, ApplyResult, Session } from '../../session/session.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { asText } from '../flags.ts';
import { readLimits, type Limits } from '../limits.ts';
import { openReporter } from '../open-reporter.ts';
import { openPlan, type OpenPlan } from '../open-plan.ts';
import { printDiagnostics } from '../print-diagnostics.ts';
import { renderShortPlan } from '../render/plan-view.ts';
import { renderSummary } from '../render/summary.ts';
import type { Reporter } from '../report-run.ts';
import { findStale, pipelineOfSaved, readSavedPlan, requireUnchanged, type GivenPlan } from '../saved-plan.ts';

/** `mlp apply FILE|PLAN` */
export const apply: RunCommand = async (context, given) => {
  const label = asText(given.options['label']);
  const limits = { ...readLimits(given), ...(label === undefined ? {} : { label }) };
  const named = given.args[0] ?? '';
  const plan = await readSavedPlan(named, context.flags);
  const bound = plan === undefined ? {} : { params: plan.saved.basis.params, targets: plan.saved.basis.targets };
  return context.withSession(async (session) => {
    const { flags, terminal } = context;
    const file = plan === undefined ? named : pipelineOfSaved(plan, session, flags);
    const opened = await openPlan(session, file, context, 'mend');
    if (plan !== undefined) requireUnchanged(plan, opened);
    if (!flags.json && !flags.quiet) {
      for (const line of [...renderShortPlan(opened.preview, terminal.view()), '']) terminal.print(line);
    }
    const live = flags.json || flags.quiet ? undefined : await terminal.openLive?.();
    const reporter = await openReporter(session, opened, { flags, terminal, live });
    const { result, errors } = await runPlan(session, opened, { context, reporter, limits, saved: plan });
    if (!flags.json) {
      printDiagnostics(errors, opened.textOf, terminal);
      if (!flags.quiet && !result.refused) await printSummary(session, opened, { context, result, file });
    }
    return exitCode(result);
  }, { work: 'once', ...bound });
};

interface RunContext {
  readonly context: CommandContext;
  readonly reporter: Reporter;
  readonly limits: Limits & Pick<ApplyOptions, 'label'>;
  /** The saved plan that is applied, if it is one. */
  readonly saved: GivenPlan | undefined;
}

/** Runs the plan; Ctrl-C cancels it. Errors are those of steps that failed and of the store. */
async function runPlan(session: Session, opened: OpenPlan, run: RunContext): Promise<{ readonly result: ApplyResult; readonly errors: readonly Diagnostic[] }> {
  const { context, reporter, limits, saved } = run;
  const controller = new AbortController();
  const errors: Diagnostic[] = [];
  const release = context.onInterrupt((why) => {
    if (why === 'unread') context.terminal.printError('cancelling, as nobody reads the output any more: what is finished is kept');
    else reporter.note('cancelling: what is finished is kept; Ctrl-C again ends at once');
    controller.abort();
  });
  try {
    const result = await session.apply(opened.preview, {
      ...limits,
      // A collection may have begun before the plan was compared, and ended after.
      ...(saved === undefined ? {} : { refuse: async () => findStale(saved, { ...opened, preview: await session.preview(opened.plan, { onDamage: (damage) => errors.push(damage) }) }).stale }),
      signal: controller.signal,
      onFetch: reporter.onFetch,
      onEvent: (event) => {
        if ((event.event === 'step-end' && event.state === 'failed') || event.event === 'run-end') errors.push(...(event.error === undefined ? [] : [event.error]));
        if (context.flags.debug && !context.flags.json && event.event === 'step-end' && event.stack !== undefined) reporter.note(event.stack);
        reporter.onEvent(event);
      },
    });
    return { result, errors };
  } finally {
    release();
    reporter.close();
  }
}

interface Ended {
  readonly context: CommandContext;
  readonly result: ApplyResult;
  readonly file: string;
}

async function printSummary(session: Session, { plan }: OpenPlan, { context, result, file }: Ended): Promise<void> {
  const { terminal, flags } = context;
  const { root } = await session.openStore();
  const near = relative(flags.folder, root);
  terminal.print('');
  for (const line of renderSummary({ plan, file, result, records: result.records, store: near.startsWith('..') ? root : near }, terminal.view())) terminal.print(line);
}

function exitCode({ state, damaged, refused }: ApplyResult): number {
  if (refused) return EXIT.stale;
  if (damaged) return EXIT.damaged;
  return { done: EXIT.done, failed: EXIT.failed, cancelled: EXIT.cancelled }[state];
}
