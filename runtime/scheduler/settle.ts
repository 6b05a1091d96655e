import type { JsonObject } from '../../compiler/json.ts';
import type { CheckArtifact, Digest } from '../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../compiler/plan/plan.ts';
import { diagnose, type Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import type { StepEndEvent } from '../events.ts';
import type { ActionRecord } from '../store/record.ts';
import { timestamp, type Run } from './run.ts';

/** A step has its result: `record` was made now, or found. A check that did not pass has failed all the same. */
export function settleWith(
  run: Run,
  step: PlanStep,
  record: ActionRecord,
  how: { readonly state: 'ran' | 'cached' | 'cut-off'; readonly seconds: number },
): void {
  const check = failedCheck(record);
  const error =
    check === undefined
      ? undefined
      : diagnose('check-failed', step.place.span, { step: step.name, findings: check.findings.filter((finding) => finding['passed'] !== true).map(describeFinding) });
  const state = error === undefined ? how.state : 'failed';
  run.outcomes.set(step.name, {
    state,
    key: record.key,
    outputs: record.outputs,
    ...(error === undefined ? {} : { error, because: step.name }),
  });
  end(run, step, {
    state,
    seconds: how.seconds,
    key: record.key,
    outputs: Object.fromEntries(Object.entries(record.outputs).map(([part, output]) => [part, output.digest])),
    ...(record.warnings.length === 0 ? {} : { warnings: record.warnings }),
    ...(check === undefined ? {} : { findings: check.findings }),
    ...(error === undefined ? {} : { error }),
  });
}

/** A step came to no result. */
export function settleFailed(
  run: Run,
  step: PlanStep,
  failure: { readonly error: Diagnostic; readonly seconds: number; readonly key?: Digest; readonly stack?: string },
): void {
  const { error, seconds, key, stack } = failure;
  run.outcomes.set(step.name, { state: 'failed', error, because: step.name, ...(key === undefined ? {} : { key }) });
  end(run, step, {
    state: 'failed',
    seconds,
    outputs: {},
    ...(key === undefined ? {} : { key }),
    error,
    ...(stack === undefined ? {} : { stack }),
  });
}

/** A step is not run, because of another one. */
export function settleSkipped(run: Run, step: PlanStep, because: string): void {
  const error = diagnose('step-skipped', step.place.span, { step: step.name, because });
  run.outcomes.set(step.name, { state: 'skipped', error, because });
  end(run, step, { state: 'skipped', seconds: 0, outputs: {}, error });
}

/** A step was stopped on its way. */
export function settleCancelled(run: Run, step: PlanStep, seconds: number): void {
  const error = diagnose('step-cancelled', step.place.span, { step: step.name });
  run.outcomes.set(step.name, { state: 'skipped', error });
  end(run, step, { state: 'skipped', seconds, outputs: {}, error });
}

function end(run: Run, step: PlanStep, fields: Omit<StepEndEvent, 'time' | 'event' | 'name'>): void {
  run.emit({ time: timestamp(), event: 'step-end', name: step.name, ...fields });
}

function failedCheck(record: ActionRecord): CheckArtifact | undefined {
  for (const { artifact } of Object.values(record.outputs)) {
    if (artifact.type === 'check' && !artifact.passed) return artifact;
  }
  return undefined;
}

/** Findings say in `message` what they are; one that does not is shown as it is. */
function describeFinding(finding: JsonObject): string {
  return typeof finding['message'] === 'string' ? finding['message'] : JSON.stringify(finding);
}
