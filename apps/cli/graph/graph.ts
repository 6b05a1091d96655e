import type { PlanStep } from '../../../compiler/plan/plan.ts';
import type { Preview, StepPreview, StepState } from '../../../compiler/plan/preview.ts';
import { withGroupNames } from '../render/group-steps.ts';
import { referenceName } from '../render/names.ts';
import { describeStep } from '../render/plan-view.ts';

/** What sets a step apart at a glance. */
export type Shape = 'source' | 'check' | 'split' | 'step';

/** A step in a picture of a pipeline. */
export interface GraphNode {
  readonly name: string;
  readonly kind: string;
  readonly shape: Shape;
  readonly state: StepState;
  /** The state in words, and why: `run: eta 0.1 → 0.05`. */
  readonly status: string;
  readonly doc?: string;
}

/** What flows from one step to another: parts, and the columns that are read of a table; or a check that is waited for. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'data' | 'check';
  /** `legs: distance, late`, one for each part. */
  readonly flows: readonly string[];
}

/** A pipeline as a picture shows it. */
export interface Graph {
  readonly pipeline: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The picture of a preview: its steps in their order, those of a group as one, and one edge for each pair of them. */
export function graphOf(preview: Preview): Graph {
  const shown = onePerGroup(withGroupNames(preview.steps));
  const steps = new Map(shown.map(({ step }) => [step.name, step]));
  return {
    pipeline: preview.plan.pipeline,
    nodes: shown.map(nodeOf),
    edges: shown.flatMap(({ step }) => [...edgesTo(step), ...checksOf(step, steps)]),
  };
}

/** Of steps of one name the first that is not cached, or else the first, at the place of the first. */
function onePerGroup(previews: readonly StepPreview[]): StepPreview[] {
  const chosen = new Map<string, StepPreview>();
  for (const one of previews) {
    const before = chosen.get(one.step.name);
    if (before === undefined || (before.state === 'cached' && one.state !== 'cached')) chosen.set(one.step.name, one);
  }
  return [...chosen.values()];
}

function nodeOf(one: StepPreview): GraphNode {
  const { step, state } = one;
  return { name: step.name, kind: step.kind, shape: shapeOf(step), state, status: describeStep(one), ...(step.doc === undefined ? {} : { doc: step.doc }) };
}

function shapeOf({ keyword }: PlanStep): Shape {
  return keyword === 'source' || keyword === 'check' || keyword === 'split' ? keyword : 'step';
}

/**
 * What a step reads beneath another input (the table and the split that its features stand on) is told with that input:
 * as lines of their own, they would cross the whole picture.
 */
function edgesTo(step: PlanStep): GraphEdge[] {
  const owners = new Map(step.inputs.map((input) => [input.slot, input.step]));
  const flows = new Map<string, Map<string, Set<string>>>();
  for (const input of step.inputs) {
    const from = owners.get(input.slot.replace(/\.(?:table|split)$/, '')) ?? input.step;
    const parts = flows.get(from) ?? new Map<string, Set<string>>();
    flows.set(from, parts);
    const columns = parts.get(referenceName(input)) ?? new Set<string>();
    parts.set(referenceName(input), columns);
    for (const column of input.columns ?? []) columns.add(column);
  }
  return [...flows].map(([from, parts]): GraphEdge => ({ from, to: step.name, kind: 'data', flows: [...parts].map(([name, columns]) => flowText(name, [...columns])) }));
}

/** A check that a step above waits for already needs no line of its own. */
function checksOf(step: PlanStep, steps: ReadonlyMap<string, PlanStep>): GraphEdge[] {
  const above = step.inputs.flatMap((input) => steps.get(input.step)?.after ?? []);
  const own = step.after.filter((from) => !above.includes(from) && step.inputs.every((input) => input.step !== from));
  return own.map((from): GraphEdge => ({ from, to: step.name, kind: 'check', flows: [`waits for ${from}`] }));
}

function flowText(name: string, columns: readonly string[]): string {
  return columns.length === 0 ? name : `${name}: ${columns.join(', ')}`;
}
