import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../compiler/json.ts';
import { sha256 } from '../../compiler/plan/keys.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import { planOf } from '../support/compile.ts';
import { different, same, type Edit } from './same-and-different/cases.ts';

const base = readFileSync(join(import.meta.dirname, 'same-and-different/base.mlp'), 'utf8');

function edited({ why, replace = [] }: Edit): string {
  return replace.reduce((text, [from, to]) => {
    const next = typeof from === 'string' ? text.replace(from, () => to) : text.replace(from, to);
    if (next === text) throw new Error(`${why}: ${String(from)} is not in the text`);
    return next;
  }, base);
}

/** What a step does and reads by itself, without names. */
function own(step: PlanStep): string {
  const inputs = step.inputs.map(({ slot, part, columns }) => [slot, part, columns]);
  return canonicalJson([step.kind, step.fingerprint, inputs, step.roots.map((root) => root.digest), step.guarantee]);
}

/** A step with all that it reads, without names: where two plans have the same ones, whatever is recorded for one is for the other. */
function wholes(plan: Plan): string[] {
  const known = new Map<string, string>();
  for (const step of plan.steps) {
    known.set(step.name, sha256(canonicalJson([own(step), step.inputs.map((input) => known.get(input.step))])));
  }
  return [...known.values()].sort();
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

describe('same', () => {
  it.each(same)('$why', async (edit) => {
    expect(wholes(await planOf(edited(edit), edit.options))).toEqual(wholes(await planOf(base)));
  });
});

describe('different', () => {
  it.each(different)('$why', async (edit) => {
    expect(changedKinds(await planOf(base), await planOf(edited(edit), edit.options))).toEqual([...edit.changes].sort());
  });
});
