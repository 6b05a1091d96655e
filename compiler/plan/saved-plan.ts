import { diagnose, type Diagnostic } from '../../grammar/index.ts';
import { canonicalJson } from '../json.ts';
import type { PreviousStep } from './describe-change.ts';
import { sha256 } from './keys.ts';
import { PLAN_VERSION, type Plan, type PlanStep } from './plan.ts';
import type { Preview, StepPreview } from './preview.ts';

/** Changes whenever a program that knows an earlier version could misread a saved plan. */
export const SAVED_PLAN_VERSION = 1;

/** What the file of a saved plan says that it is. */
export const SAVED_PLAN_FORMAT = 'mlp-plan';

/** What a plan was made from, beside the files that its steps read. */
export interface PlanBasis {
  /** The pipeline's file, from the project's folder, with `/`. */
  readonly file: string;
  /** As given by `--param`. */
  readonly params: Readonly<Record<string, string>>;
  readonly targets: readonly string[];
  /** The variables of the environment that were asked for and set. Credentials are asked for when a step runs, never here. */
  readonly environment: Readonly<Record<string, string>>;
  /** The engines that its steps use. */
  readonly engines: Readonly<Record<string, EngineBasis>>;
}

/** An engine as `mlp.lock` pins it on this platform. */
export interface EngineBasis {
  readonly version: string;
  /** Of the wheel. Absent for engines that are packages. */
  readonly digest?: string;
}

/** A step's state when the plan was saved. */
export type SavedStep = Omit<StepPreview, 'step'> & { readonly name: string };

/** A preview as a file has it: plain JSON, bound to the content that it was made from. The same preview gives the same bytes. */
export interface SavedPlan {
  readonly format: typeof SAVED_PLAN_FORMAT;
  readonly version: typeof SAVED_PLAN_VERSION;
  /** The version of the program that made it. */
  readonly program: string;
  readonly basis: PlanBasis;
  readonly plan: Plan;
  /** In the plan's order. A step that is `maybe` runs as the plan says, or not at all: that shows while it is applied. */
  readonly steps: readonly SavedStep[];
  readonly removed: readonly PreviousStep[];
}

/** The file of a saved plan: JSON with a checksum over the canonical form of everything else. */
export function encodeSavedPlan({ plan, steps, removed }: Preview, basis: PlanBasis, program: string): string {
  const saved: SavedPlan = {
    format: SAVED_PLAN_FORMAT,
    version: SAVED_PLAN_VERSION,
    program,
    basis,
    plan,
    steps: steps.map(({ step, ...state }) => ({ name: step.name, ...state })),
    removed,
  };
  const { format, version, ...rest } = saved;
  return `${JSON.stringify({ format, version, checksum: checksumOf(saved), ...rest }, undefined, 2)}\n`;
}

/** A saved plan, or why it is none. */
export type DecodedPlan = { readonly ok: true; readonly saved: SavedPlan } | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Reads the file of a saved plan; only what is as it was written is one. `file` is its name as the user wrote it. */
export function decodeSavedPlan(text: string, file: string): DecodedPlan {
  const refuse = (reason: string, hint: string): DecodedPlan => ({ ok: false, diagnostic: diagnose('plan-unreadable', undefined, { file, reason, hint }) });
  const value = parseObject(text);
  if (value === undefined) return refuse(text.trim() === '' ? 'it is empty' : 'it is cut off, or no JSON', MAKE_ANEW);
  const { checksum, ...rest } = value;
  if (rest['format'] !== SAVED_PLAN_FORMAT) return refuse('it is JSON, but no plan of mlp', MAKE_ANEW);
  const { version, program } = rest;
  if (typeof version === 'number' && version > SAVED_PLAN_VERSION) {
    return refuse(`a newer mlp made it${typeof program === 'string' ? ` (${program})` : ''}: it has version ${version}, this program knows version ${SAVED_PLAN_VERSION}`, 'update mlp, or make the plan with this one');
  }
  if (checksum !== checksumOf(rest)) return refuse('it is not as it was written: damaged or edited', MAKE_ANEW);
  const saved = rest as unknown as SavedPlan;
  if (saved.plan.version !== PLAN_VERSION) return refuse(`an older mlp made it (${saved.program})`, MAKE_ANEW);
  return { ok: true, saved };
}

const MAKE_ANEW = 'make it anew with `mlp plan FILE -o PLAN`';

/** The preview that was saved. */
export function savedPreview({ plan, steps, removed }: SavedPlan): Preview {
  const states = new Map(steps.map(({ name, ...state }) => [name, state]));
  const previews = plan.steps.flatMap((step: PlanStep): StepPreview[] => {
    const state = states.get(step.name);
    return state === undefined ? [] : [{ step, ...state }];
  });
  return { plan, steps: previews, removed };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function checksumOf(saved: object): string {
  return sha256(canonicalJson(saved));
}
