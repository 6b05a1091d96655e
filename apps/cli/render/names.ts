import type { JsonObject } from '../../../compiler/json.ts';
import type { Plan, PlanInput, PlanStep } from '../../../compiler/plan/plan.ts';

/** `NAME`, or `NAME.PART` for parts other than a step's value: how the command line writes a reference. */
export function referenceName({ step, part }: Pick<PlanInput, 'step' | 'part'>): string {
  return part === 'value' ? step : `${step}.${part}`;
}

/** The models that a report or a choice refers to by position, by their names. */
export function memberNames(step: PlanStep): readonly string[] {
  return step.inputs.filter((input) => /^model\[\d+\]$/.test(input.slot)).map((input) => input.step);
}

/** A step of a plan, by its name. */
export function findStep(plan: Plan, name: string): PlanStep | undefined {
  return plan.steps.find((step) => step.name === name);
}

/** What a step says of its inputs by their slots (`model[0]`), with their names: no record holds the name of another. */
export function withInputNames(text: string, { inputs }: Pick<PlanStep, 'inputs'>): string {
  return nameSlots(text, Object.fromEntries(inputs.map((input) => [input.slot, referenceName(input)])));
}

/** The same, with names by slot. */
export function nameSlots(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/`(\w+\[\d+\])`/g, (whole, slot: string) => (names[slot] === undefined ? whole : `\`${names[slot]}\``));
}

/** What an ensemble says of its members, with their names: no artifact holds them. */
export function withMemberNames(summary: JsonObject, names: readonly string[]): JsonObject {
  if (names.length === 0) return summary;
  const named = (text: string): string => text.replace(/^model\[(\d+)\]/, (whole, index: string) => names[Number(index)] ?? whole);
  const told = (key: string): readonly JsonObject[] => (summary[key] ?? []) as readonly JsonObject[];
  const features = ['importance', 'coefficients'].filter((key) => key in summary);
  return {
    ...summary,
    ...Object.fromEntries(features.map((key) => [key, told(key).map((one) => ({ ...one, feature: named(one['feature'] as string) }))])),
    members: told('members').map((member, index) => ({ name: names[index] ?? '', ...member })),
  };
}
