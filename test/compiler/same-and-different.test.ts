import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../compiler/json.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import { planOf } from '../support/compile.ts';
import { own, wholes } from '../support/whole-steps.ts';
import { different } from './same-and-different/different.ts';
import { BASE, type Edit } from './same-and-different/edit.ts';
import { same } from './same-and-different/same.ts';

function edited({ why, of = BASE, replace = [] }: Edit): string {
  return replace.reduce((text, [from, to]) => {
    const next = typeof from === 'string' ? text.replace(from, () => to) : text.replace(from, to);
    if (next === text) throw new Error(`${why}: ${String(from)} is not in the text`);
    return next;
  }, of);
}

/** Kinds of steps that one plan has and the other lacks. */
function changedKinds(before: Plan, after: Plan): string[] {
  const missing = (from: Plan, among: Plan) => from.steps.filter((step) => !among.steps.some((other) => own(other) === own(step)));
  const byPlace = (plan: Plan) => new Map(plan.steps.map((step) => [`${step.kind} of ${parents(plan, step)}`, step]));
  const moved = [...byPlace(before)].filter(([place]) => !byPlace(after).has(place)).map(([, step]) => step);
  return [...new Set([...missing(before, after), ...missing(after, before), ...moved].map((step) => step.kind))].sort();
}

/** What stands directly above a step, by slots and kinds: models that change places are seen here. */
function parents(plan: Plan, step: PlanStep): string {
  return canonicalJson(step.inputs.map((input) => [input.slot, plan.steps.find((one) => one.name === input.step)?.kind]));
}

describe.each(Object.entries(same))('the same: %s', (_, edits) => {
  it.each(edits)('$why', async (edit) => {
    expect(wholes(await planOf(edited(edit), edit.options))).toEqual(wholes(await planOf(edit.of ?? BASE)));
  });
});

describe.each(Object.entries(different))('different: %s', (_, edits) => {
  it.each(edits)('$why', async (edit) => {
    expect(changedKinds(await planOf(edit.of ?? BASE), await planOf(edited(edit), edit.options))).toEqual([...edit.changes].sort());
  });
});

it('the corpus is of some size', () => {
  for (const corpus of [same, different]) expect(Object.values(corpus).flat().length).toBeGreaterThanOrEqual(80);
});
