import { addTo } from '../add-to.ts';
import { lineStarts, positionAt, type Span } from '../../grammar/index.ts';
import { PLAN_VERSION, type Place, type Plan, type PlanInput, type PlanOutput, type PlanStep } from '../plan/plan.ts';
import type { LoadedProgram, TypedDeclaration, TypedProgram } from '../program.ts';
import type { ValueType } from '../types.ts';
import { expandInput } from './expand-inputs.ts';
import { lowerImplied } from './lower-implied.ts';
import { makeStep, type StepSurroundings } from './make-step.ts';

/** A typed program with what its steps are made from besides. */
export interface LowerRequest extends Omit<StepSurroundings, 'seed'> {
  readonly program: TypedProgram;
  /** The one that is run comes first. */
  readonly files: LoadedProgram['files'];
}

/** A declaration with its steps: those that it implies, and its own. */
export interface LoweredDeclaration {
  readonly name: string;
  readonly steps: readonly PlanStep[];
}

/** What a plan is called, and of which file it is. */
export type PlanHead = Pick<Plan, 'pipeline' | 'file' | 'doc'>;

/** Lowers typed declarations to steps, which are plain data. */
export function lowerDeclarations(request: LowerRequest): LoweredDeclaration[] {
  const { program, files } = request;
  const places = placer(files);
  const lowered = new Map<string, PlanStep>();
  return program.declarations.map((declaration) => {
    const steps = lowerDeclaration(declaration, { places, lowered, surroundings: { ...request, seed: program.pipeline.seed } });
    for (const step of steps) lowered.set(step.name, step);
    return { name: declaration.name, steps };
  });
}

/** Makes a plan of declarations that stand after what they read. After it: so do steps, and readers of a checked table wait for its checks. */
export function joinPlan(head: PlanHead, declarations: readonly LoweredDeclaration[]): Plan {
  return { version: PLAN_VERSION, ...head, steps: withChecks(declarations.flatMap(({ steps }) => steps)) };
}

interface Lowering {
  readonly places: (span: Span) => Place;
  /** The steps of the declarations before, by name. */
  readonly lowered: ReadonlyMap<string, PlanStep>;
  readonly surroundings: StepSurroundings;
}

function lowerDeclaration(declaration: TypedDeclaration, { places, lowered, surroundings }: Lowering): PlanStep[] {
  const { item, kind, inferred, inputs, name } = declaration;
  const place = places(item.span);
  const implied = lowerImplied(inferred.implied ?? [], { name, place, lowered, surroundings });
  const own: readonly PlanInput[] = [
    ...inputs.flatMap((input) => (input.kind === 'value' && inferred.unread?.includes(input.slot) !== true ? expandInput(input, inferred.reads?.[input.slot]) : [])),
    ...(inferred.tables ?? []).map(({ slot, step, columns }) => ({ slot, step, part: 'value', columns })),
    ...(inferred.more ?? []),
    ...implied.inputs,
  ];
  const step = makeStep(surroundings, kind, {
    name,
    keyword: item.keyword.text,
    ...(item.doc === undefined ? {} : { doc: item.doc }),
    place,
    params: declaration.params,
    inputs: own,
    roots: inferred.roots ?? [],
    outputs: [...ownOutputs(inferred.type), ...Object.entries(inferred.parts ?? {}).map(([part, type]) => output(part, type))],
    ...(inferred.query === undefined ? {} : { query: inferred.query }),
    ...(inferred.learns === undefined ? {} : { learns: inferred.learns }),
    ...(inferred.identity === undefined ? {} : { extra: inferred.identity }),
    ...(inferred.guarantee === undefined ? {} : { guarantee: inferred.guarantee }),
  });
  return [...implied.steps, step];
}

function output(part: string, type: ValueType): PlanOutput {
  if (type.kind === 'table') return { part, type: 'table', columns: type.columns };
  if (type.kind === 'part') throw new Error('a part of a split is no output of its own');
  return { part, type: type.kind === 'report-part' ? 'report' : type.kind };
}

/** A report is its parts; everything else is a value of its own. */
function ownOutputs(type: ValueType): PlanOutput[] {
  return type.kind === 'report' ? type.parts.map((part) => ({ part, type: 'report' })) : [output('value', type)];
}

/** The other readers of a checked table wait for the check. */
function withChecks(steps: readonly PlanStep[]): PlanStep[] {
  const checks = new Map<string, string[]>();
  const isCheck = (step: PlanStep): boolean => step.outputs.some((one) => one.type === 'check');
  for (const check of steps.filter(isCheck)) {
    for (const value of new Set(check.inputs.map(valueOf))) addTo(checks, value, check.name);
  }
  return steps.map((step) => {
    const after = checks.size === 0 || isCheck(step) ? [] : step.inputs.flatMap((input) => checks.get(valueOf(input)) ?? []);
    return after.length === 0 ? step : { ...step, after: [...new Set(after)] };
  });
}

function valueOf({ step, part }: PlanInput): string {
  return `${part} ${step}`;
}

function placer(files: LowerRequest['files']): (span: Span) => Place {
  const starts = new Map(files.map(({ file, text }) => [file, lineStarts(text)]));
  return (span) => ({ span, start: positionAt(starts.get(span.file) ?? [0], span.start) });
}
