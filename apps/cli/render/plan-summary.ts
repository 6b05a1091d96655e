import type { Accuracy } from '../../../compiler/plan/estimate.ts';
import { isFit } from '../../../compiler/plan/is-fit.ts';
import type { Preview, StepPreview } from '../../../compiler/plan/preview.ts';
import { formatSeconds } from './format.ts';
import { count, listNames } from './text.ts';

/** The figures of a preview, as `plan --json` gives them. */
export interface PlanSummary {
  readonly cached: number;
  readonly run: number;
  readonly maybe: number;
  readonly removed: number;
  /** Models that would be fitted, if everything that may run does. */
  readonly fits: number;
  /** Seconds of what the last apply ran. */
  readonly lastEstimate?: Accuracy;
}

/** Counts the steps of a preview by state. */
export function summarizePlan(preview: Preview): PlanSummary {
  const inState = (state: StepPreview['state']): number => preview.steps.filter((one) => one.state === state).length;
  return {
    cached: inState('cached'),
    run: inState('run'),
    maybe: inState('maybe'),
    removed: preview.removed.length,
    fits: preview.steps.filter((one) => one.state !== 'cached' && one.heldBy === undefined && isFit(one.step) && one.step.sameAs === undefined).length,
    ...(preview.accuracy === undefined ? {} : { lastEstimate: preview.accuracy }),
  };
}

/** Whether an apply would have something to do. */
export function isPending(preview: Preview): boolean {
  return preview.steps.some((one) => one.state !== 'cached');
}

/** `3 cached · 2 to run · 1 may run · 1 model fit · about 14 s`; of steps that a failed check holds, only how many they are. */
export function summaryLine(preview: Preview): string {
  const { removed, fits } = summarizePlan(preview);
  const free = preview.steps.filter(({ heldBy }) => heldBy === undefined);
  const inState = (state: StepPreview['state']): number => free.filter((one) => one.state === state).length;
  const [cached, run, maybe] = [inState('cached'), inState('run'), inState('maybe')];
  const failing = checksLine(preview);
  if (run + maybe === 0 && failing === '') {
    const all = cached === 1 ? 'its one step is cached' : `all ${count(cached, 'step')} are cached`;
    return `Nothing to do: ${all}${removed === 0 ? '' : ` · ${removed} removed`}`;
  }
  const seconds = free.filter((one) => one.state !== 'cached' && !isDoneByOther(one)).reduce((sum, one) => sum + one.estimate.seconds, 0);
  const parts = [
    failing,
    run > 0 ? `${run} to run` : '',
    maybe > 0 ? `${maybe} may run` : '',
    cached > 0 ? `${cached} cached` : '',
    removed > 0 ? `${removed} removed` : '',
    fits > 0 ? `${maybe > 0 ? 'up to ' : ''}${count(fits, 'model fit')}` : '',
    run + maybe > 0 ? `about ${formatSeconds(seconds)}${accuracyText(preview.accuracy)}` : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** `sane fails: 4 steps skipped` */
function checksLine({ steps }: Preview): string {
  const failing = steps.filter(({ failed }) => failed === true).map(({ step }) => step.name);
  const held = steps.filter(({ heldBy }) => heldBy !== undefined).length;
  return failing.length === 0 ? '' : `${listNames(failing)} ${failing.length === 1 ? 'fails' : 'fail'}${held === 0 ? '' : `: ${count(held, 'step')} skipped`}`;
}

/** What the last estimate was worth. */
function accuracyText(accuracy: Accuracy | undefined): string {
  return accuracy === undefined ? '' : ` (last time ${formatSeconds(accuracy.expected)} were expected, and it took ${formatSeconds(accuracy.took)})`;
}

/** Whether a step is done by another one's run. */
export function isDoneByOther({ step }: StepPreview): boolean {
  return step.fusedInto !== undefined || step.sameAs !== undefined;
}
