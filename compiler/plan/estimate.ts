import type { Artifact } from './artifact.ts';
import type { Cost } from './cost.ts';
import type { PreviousStep } from './describe-change.ts';
import { isFit } from './is-fit.ts';
import type { PlanStep } from './plan.ts';

/** What a step will take, and where that comes from. */
export interface Estimate extends Cost {
  /** `history`: measured of this step or of one of its kind; `guess`: from the bytes of its files alone. */
  readonly basis: 'history' | 'guess';
  /** The step whose last run it is taken from, if that is another one of its kind. */
  readonly like?: string;
  /** Rows that were read then and will be read now, where they are not the same: the rest is scaled by them. */
  readonly scaled?: { readonly before: number; readonly after: number };
}

/** What the estimates of the last apply were worth: seconds of the steps that it ran. */
export interface Accuracy {
  readonly expected: number;
  readonly took: number;
}

interface Asked {
  readonly step: PlanStep;
  /** What is recorded for its key. */
  readonly recorded: Cost | undefined;
  /** The same step in the last apply. */
  readonly before: PreviousStep | undefined;
  /** By input, in order: its content, or the rows that its step is expected to make. */
  readonly inputs: readonly (Artifact | number | undefined)[];
}

/** Estimates the steps of a plan by those of the last apply. */
export function openEstimates(previous: ReadonlyMap<string, PreviousStep>): (asked: Asked) => Estimate {
  const byKind = new Map<string, PreviousStep>();
  for (const one of previous.values()) if (one.cost !== undefined) byKind.set(one.kind, slower(one, byKind.get(one.kind)));
  return ({ step, recorded, before, inputs }) => {
    if (recorded !== undefined) return { ...recorded, basis: 'history' };
    const like = before?.cost === undefined ? byKind.get(step.kind) : before;
    // What was read by another step says something of this one only in proportion.
    if (like?.cost === undefined || (like !== before && rowsRead(like.parts) === 0)) return guess(step);
    return scale(like, like.cost, { before, inputs });
  };
}

/** Of two of a kind the one that took longer. */
function slower(one: PreviousStep, other: PreviousStep | undefined): PreviousStep {
  return other !== undefined && (other.cost?.seconds ?? 0) > (one.cost?.seconds ?? 0) ? other : one;
}

/** In proportion to the rows read: few steps do better, and those that do worse are told by how far off the last estimates were. */
function scale(like: PreviousStep, cost: Cost, { before, inputs }: Pick<Asked, 'before' | 'inputs'>): Estimate {
  const read = rowsRead(like.parts);
  const now = Math.max(0, ...inputs.map((input) => (typeof input === 'number' ? input : input?.type === 'table' ? input.rows : 0)));
  const factor = read > 0 && now > 0 ? now / read : 1;
  return {
    seconds: round(cost.seconds * factor),
    ...(cost.rows === undefined ? {} : { rows: Math.round(cost.rows * factor) }),
    ...(cost.bytes === undefined ? {} : { bytes: Math.round(cost.bytes * factor) }),
    // A process has its libraries in memory, however few its rows are.
    ...(cost.memory === undefined ? {} : { memory: Math.round(cost.memory * Math.max(1, factor)) }),
    basis: 'history',
    ...(like === before ? {} : { like: like.name }),
    ...(factor === 1 ? {} : { scaled: { before: read, after: now } }),
  };
}

/** The rows of the largest table that a step has read, by the parts of its key. */
function rowsRead(parts: PreviousStep['parts']): number {
  return Math.max(0, ...Object.entries(parts).flatMap(([part, value]) => (part.startsWith('rows:') ? [Number(value)] : [])));
}

const GUESSED_BYTES_PER_SECOND = 20e6;

function guess(step: PlanStep): Estimate {
  const bytes = step.roots.reduce((sum, root) => sum + root.bytes, 0);
  const seconds = bytes > 0 ? bytes / GUESSED_BYTES_PER_SECOND : isFit(step) ? 2 : 0.2;
  return { seconds: Math.round(seconds * 10) / 10, ...(bytes > 0 ? { bytes } : {}), basis: 'guess' };
}

function round(seconds: number): number {
  return Number(seconds.toPrecision(3));
}
