import { StepError, type RunInput } from '../../compiler/kinds/run.ts';
import type { StepKey } from '../../compiler/plan/keys.ts';
import type { PlanStep } from '../../compiler/plan/plan.ts';
import { diagnose, type Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import { openCheckpoints } from '../store/checkpoints.ts';
import { RECORD_VERSION, rowsOf, type ActionRecord, type RecordedOutput } from '../store/record.ts';
import type { DoneMessage, FailedMessage } from '../worker/job.ts';
import { redactor, secretNames, type Secrets } from '../worker/secrets.ts';
import { describeCrash, type Crash } from './crash.ts';
import { stopRun, timestamp, type Run, type RunPlanOptions } from './run.ts';
import { settleCancelled, settleFailed, settleWith } from './settle.ts';
import type { Share } from './shares.ts';

/** What a step is made with: its share of the machine, and what ends it before its time. */
export interface Workplace {
  readonly share: Share;
  readonly signal: AbortSignal;
}

/** Runs one step in a worker, and settles it. Never rejects: what is not the step's failure stops the run. */
export async function runStep(run: Run, step: PlanStep, resolved: StepKey, { share, signal }: Workplace): Promise<void> {
  const { options, emit, stage } = run;
  const { key } = resolved;
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  emit({ time: timestamp(), event: 'step-start', name: step.name, key, threads: share.threads });

  try {
    const secrets = secretsOf(step, options);
    const redact = redactor(secrets);
    const engines = (await options.engines?.(step)) ?? {};
    const told = await options.workshop.pool.run(
      {
        step,
        key,
        inputs: inputsOf(run, step),
        project: options.project,
        store: options.store.root,
        staging: stage.folder,
        cache: options.cache,
        ...share,
        engines,
        secrets,
      },
      (progress) => emit({ time: timestamp(), event: 'step-progress', name: step.name, ...redact(progress) }),
      signal,
    );
    const outcome = redact(told);
    switch (outcome.type) {
      case 'done': {
        // What was read must be what the key says: a file may have changed between the plan and the reading.
        await requireUnchanged(run, step);
        const record = recordOf(step, resolved, outcome);
        run.made.set(key, record);
        run.commits.set(key, commit(run, record));
        settleWith(run, step, record, { state: 'ran', seconds: seconds() });
        return;
      }
      case 'failed': {
        const stack = outcome.stack === undefined ? {} : { stack: outcome.stack };
        settleFailed(run, step, { error: failureOf(step, outcome), seconds: seconds(), key, ...stack });
        return;
      }
      case 'crashed':
        settleFailed(run, step, { error: crashOf(step, outcome), seconds: seconds(), key });
        return;
      case 'cancelled':
        settleCancelled(run, step, seconds());
    }
  } catch (error) {
    if (!(error instanceof StepError)) {
      stopRun(run, { reason: 'failure', error });
      settleCancelled(run, step, seconds());
      return;
    }
    settleFailed(run, step, { error: failureOf(step, error), seconds: seconds(), key });
  }
}

/** The credentials that a step's parameters name, as they are now. */
export function secretsOf(step: PlanStep, { secretOf }: Pick<RunPlanOptions, 'secretOf'>): Secrets {
  return Object.fromEntries(
    secretNames(step.params).map((name) => {
      const value = secretOf?.(name);
      if (value === undefined || value === '') {
        throw new StepError(`the environment has no \`${name}\`, which it takes as a credential`, `set it, as in \`${name}=… mlp apply …\``);
      }
      return [name, value];
    }),
  );
}

/** What flows into a step whose inputs have all been made. */
export function outputsOfInputs(run: Run, step: PlanStep): readonly RecordedOutput[] {
  return step.inputs.map((input) => {
    const output = run.outcomes.get(input.step)?.outputs?.[input.part];
    if (output === undefined) throw new Error(`\`${step.name}\` reads ${input.step}.${input.part}, which no step makes`);
    return output;
  });
}

function inputsOf(run: Run, step: PlanStep): RunInput[] {
  const outputs = outputsOfInputs(run, step);
  return step.inputs.flatMap(({ slot, part, columns }, index) => {
    const output = outputs[index];
    return output === undefined
      ? []
      : [{ slot, part, artifact: output.artifact, ...(columns === undefined ? {} : { columns }) }];
  });
}

function recordOf(step: PlanStep, { key, parts }: StepKey, done: DoneMessage): ActionRecord {
  const rows = rowsOf(done.outputs);
  return {
    version: RECORD_VERSION,
    key,
    fingerprint: step.fingerprint,
    kind: step.kind,
    parts,
    outputs: done.outputs,
    blobs: done.blobs,
    seconds: done.seconds,
    ...(rows === undefined ? {} : { rows }),
    peakMemory: done.peakMemory,
    engines: step.engine === undefined ? {} : { [step.engine.name]: step.engine.version },
    warnings: done.warnings,
    ...(done.statistics === undefined ? {} : { statistics: done.statistics }),
    made: timestamp(),
  };
}

async function requireUnchanged({ options }: Run, step: PlanStep): Promise<void> {
  if (options.digestOf === undefined) return;
  for (const { path, digest } of step.roots) {
    const now = await options.digestOf(path).catch(() => undefined);
    if (now !== digest) throw new StepError(`\`${path}\` has changed since the plan was made`, 'run `mlp apply` again');
  }
}

/** The run goes on while a result is on its way to the disk; if it does not get there, nothing that follows would. */
async function commit(run: Run, record: ActionRecord): Promise<void> {
  try {
    await run.stage.commit(record);
    await openCheckpoints(run.options.cache, run.options.store.files, record.key).remove();
  } catch (error) {
    stopRun(run, { reason: 'failure', error });
  }
}

/** A step's failure, at its place in the pipeline. */
export function failureOf(step: PlanStep, failure: Pick<FailedMessage, 'message' | 'hint' | 'diagnostic'> | StepError): Diagnostic {
  if ('diagnostic' in failure && failure.diagnostic !== undefined) {
    return { ...failure.diagnostic, span: step.place.span };
  }
  return diagnose('step-failed', step.place.span, { step: step.name, reason: failure.message, hint: failure.hint });
}

/** The end of a step's process, at the step's place in the pipeline. */
export function crashOf(step: PlanStep, crash: Crash): Diagnostic {
  return diagnose('step-crashed', step.place.span, { step: step.name, ...describeCrash(crash) });
}
