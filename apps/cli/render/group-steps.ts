import type { Reason } from '../../../compiler/plan/describe-change.ts';
import type { StepPreview } from '../../../compiler/plan/preview.ts';

/** Steps of one group that have the same to say for themselves, as one. */
export interface GroupedStep {
  /** The first of them; under the name of the group, where there are several. */
  readonly one: StepPreview;
  readonly all: readonly StepPreview[];
}

/** Takes steps of a group together where `describe` finds no difference, at the place of the first; others stand alone. */
export function groupSteps(previews: readonly StepPreview[], describe: (one: StepPreview) => string): GroupedStep[] {
  const groups = new Map<string, { readonly named: StepPreview; readonly all: StepPreview[] }>();
  withGroupNames(previews).forEach((named, index) => {
    const own = previews[index];
    if (own === undefined) return;
    const key = JSON.stringify([named.step.name, named.step.group === undefined ? '' : describe(named)]);
    const found = groups.get(key);
    if (found === undefined) groups.set(key, { named, all: [own] });
    else found.all.push(own);
  });
  return [...groups.values()].map(({ named, all }) => {
    const [first] = all;
    return { one: all.length === 1 && first !== undefined ? { ...named, step: { ...named.step, name: first.step.name } } : named, all };
  });
}

/** Every step under the name of its group, wherever it is named: as an input, a reason, or what it is the same as. */
export function withGroupNames(previews: readonly StepPreview[]): StepPreview[] {
  const groups = new Map(previews.flatMap(({ step }) => (step.group === undefined ? [] : [[step.name, step.group] as const])));
  const nameOf = (name: string): string => groups.get(name) ?? name;
  const renameReason = (reason: Reason): Reason => {
    const at = reason.part.indexOf(':') + 1;
    return { ...reason, part: reason.part.slice(0, at) + nameOf(reason.part.slice(at)) };
  };
  return previews.map((one): StepPreview => {
    const { step } = one;
    const inputs = step.inputs.map((input) => ({ ...input, step: nameOf(input.step) }));
    const reasons = [...new Map(one.reasons.map(renameReason).map((reason) => [JSON.stringify([reason.part, reason.before, reason.after]), reason])).values()];
    return { ...one, step: { ...step, name: nameOf(step.name), inputs, ...(step.sameAs === undefined ? {} : { sameAs: nameOf(step.sameAs) }) }, reasons };
  });
}
