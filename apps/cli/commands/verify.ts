import { selectsStep } from '../../../compiler/plan/step-names.ts';
import type { Preview } from '../../../compiler/plan/preview.ts';
import { didYouMean, diagnose } from '../../../grammar/index.ts';
import type { VerifiedStep } from '../../session/session.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure, failure } from '../failure.ts';
import { readCount } from '../flags.ts';
import { openPlan } from '../open-plan.ts';
import { diagnosticJson, printDiagnostics } from '../print-diagnostics.ts';
import { safeJson } from '../render/safe-json.ts';
import { renderVerified, renderVerifySummary, summarizeVerified } from '../render/verify-view.ts';

/** Two steps side by side are run in other processes, and in another order, than one after the other. */
const USUAL_JOBS = 2;

/** `mlp verify FILE [STEP…]` */
export const verify: RunCommand = (context, { args: [file = '', ...names], options }) =>
  context.withSession(async (session) => {
    const { flags, terminal } = context;
    const threads = readCount(options, 'threads');
    const opened = await openPlan(session, file, context);
    const steps = chooseSteps(opened.preview, names);
    const controller = new AbortController();
    const release = context.onInterrupt(() => controller.abort());
    const view = terminal.view();
    const width = Math.max(...[...steps].map((name) => name.length));
    const tell = (step: VerifiedStep): void => {
      if (!flags.json && !(flags.quiet && (step.state === 'same' || step.state === 'not-compared'))) for (const line of renderVerified(step, width, view)) terminal.print(line);
    };
    try {
      const jobs = readCount(options, 'jobs') ?? USUAL_JOBS;
      const verified = await session.verify(opened.preview, { steps, jobs, ...(threads === undefined ? {} : { threads }), onStep: tell, signal: controller.signal });
      if (controller.signal.aborted) throw new Failure([diagnose('output-cancelled', undefined, {})], { exitCode: EXIT.cancelled });
      const summary = summarizeVerified(verified);
      if (flags.json) {
        const told = verified.map(({ error, ...step }) => ({ ...step, ...(error === undefined ? {} : { error: diagnosticJson(error, opened.textOf) }) }));
        terminal.print(safeJson({ pipeline: opened.plan.pipeline, file: opened.plan.file, summary, steps: told }, 2));
      } else {
        printDiagnostics(verified.flatMap(({ error }) => error ?? []), opened.textOf, terminal);
        if (!flags.quiet) for (const line of renderVerifySummary(summary, view)) terminal.print(line);
      }
      return summary.different + summary.failed > 0 ? EXIT.failed : EXIT.done;
    } finally {
      release();
    }
  });

/** The steps that are to be run again: named, with those that a loop has made of one name, or all that have been made. */
function chooseSteps({ plan, steps }: Preview, names: readonly string[]): ReadonlySet<string> {
  const own = steps.filter(({ step }) => step.sameAs === undefined && step.fusedInto === undefined);
  if (names.length === 0) {
    if (own.some(({ state }) => state === 'cached')) return new Set(own.map(({ step }) => step.name));
    throw failure('usage', { problem: `nothing of \`${plan.pipeline}\` has been made: there is nothing to compare with`, hint: `make it first: \`mlp apply ${plan.file}\`` });
  }
  return new Set(
    names.flatMap((name) => {
      const meant = steps.filter(({ step }) => selectsStep(name, step.name));
      const known = own.map(({ step }) => step.name);
      if (meant.length === 0) throw failure('unknown-target', { name, known, suggestion: didYouMean(name, known) });
      return meant.map(({ step, state }) => {
        if (step.fusedInto !== undefined && state === 'cached') throw failure('usage', { problem: `\`${step.name}\` runs inside \`${step.fusedInto}\`: it has no result of its own`, hint: `verify that: \`mlp verify ${plan.file} ${step.fusedInto}\`` });
        const doer = step.sameAs ?? step.name;
        if (steps.find((one) => one.step.name === doer)?.state !== 'cached') throw failure('not-made', { step: doer, command: `mlp apply ${plan.file} --target ${doer}` });
        return doer;
      });
    }),
  );
}
