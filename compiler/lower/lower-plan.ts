import { lineStarts, positionAt, type Span } from '../../grammar/index.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import type { ImpliedStep, InferInput, Kind, Machine, Registry } from '../kinds/kind.ts';
import { deriveSeed, fingerprintOf } from '../plan/keys.ts';
import { PLAN_VERSION, type Guarantee, type Place, type Plan, type PlanInput, type PlanOutput, type PlanStep } from '../plan/plan.ts';
import type { LoadedProgram, TypedDeclaration, TypedProgram } from '../program.ts';
import type { ModelType, ValueType } from '../types.ts';

/** A typed program with what its plan is made from besides. */
export interface LowerRequest {
  readonly program: TypedProgram;
  /** The one that is run comes first. */
  readonly files: LoadedProgram['files'];
  readonly registry: Registry;
  readonly machine: Machine;
  /** Versions of the engines, by name. */
  readonly engines: Readonly<Record<string, string>>;
}

/** Lowers typed declarations to steps. After it: the plan is plain data, each step stands after what it reads. */
export function lowerPlan(request: LowerRequest): Plan {
  const { program, files } = request;
  const [{ file }] = files;
  const places = placer(files);
  const steps = program.declarations.flatMap((declaration) => lowerDeclaration(declaration, places, request));
  const { name, doc } = program.pipeline;
  return { version: PLAN_VERSION, pipeline: name, file, ...(doc === undefined ? {} : { doc }), steps: withChecks(steps) };
}

function lowerDeclaration(declaration: TypedDeclaration, places: (span: Span) => Place, request: LowerRequest): PlanStep[] {
  const { item, kind, inferred, inputs, name } = declaration;
  const implied = (inferred.implied ?? []).map((one) => ({ slot: one.slot, step: lowerImplied(one, declaration, places, request) }));
  const own: readonly PlanInput[] = [
    ...inputs.flatMap((input) => (input.kind === 'value' ? expand(input, inferred.reads?.[input.slot]) : [])),
    ...(inferred.tables ?? []).map(({ slot, step, columns }) => ({ slot, step, part: 'value', columns })),
    ...(inferred.more ?? []),
    ...implied.map(({ slot, step }) => ({ slot, step: step.name, part: 'value' })),
  ];
  const step = makeStep(request, kind, {
    name,
    keyword: item.keyword.text,
    ...(item.doc === undefined ? {} : { doc: item.doc }),
    place: places(item.span),
    params: declaration.params,
    inputs: own,
    roots: inferred.roots ?? [],
    outputs: [...ownOutputs(inferred.type), ...Object.entries(inferred.parts ?? {}).map(([part, type]) => output(part, type))],
    ...(inferred.query === undefined ? {} : { query: inferred.query }),
    ...(inferred.identity === undefined ? {} : { extra: inferred.identity }),
    ...(inferred.guarantee === undefined ? {} : { guarantee: inferred.guarantee }),
  });
  return [...implied.map((one) => one.step), step];
}

function lowerImplied(step: ImpliedStep, owner: TypedDeclaration, places: (span: Span) => Place, request: LowerRequest): PlanStep {
  const kind = request.registry.get(step.kind);
  if (kind === undefined) throw new Error(`implied kind ${step.kind} is not in the registry`);
  return makeStep(request, kind, {
    name: `${owner.name}.${step.slot}`,
    keyword: 'step',
    place: places(owner.item.span),
    params: {},
    inputs: [...expandModel('model', step.model), ...expandFeatures('x', step.model.features)],
    roots: [],
    outputs: [{ part: 'value', type: 'measure' }],
    ...(step.identity === undefined ? {} : { extra: step.identity }),
  });
}

type Lowered = Pick<PlanStep, 'name' | 'keyword' | 'doc' | 'place' | 'params' | 'inputs' | 'roots' | 'outputs' | 'query'> & {
  readonly guarantee?: Guarantee;
  readonly extra?: Readonly<Record<string, string>>;
};

function makeStep(request: LowerRequest, kind: Kind, { extra, guarantee = kind.guarantee, ...lowered }: Lowered): PlanStep {
  const version = kind.engine === undefined ? undefined : request.engines[kind.engine];
  const engine = kind.engine === undefined || version === undefined ? undefined : { name: kind.engine, version };
  const identity = {
    kind: kind.name,
    'kind-version': String(kind.version),
    ...(engine === undefined ? {} : { engine: `${engine.name} ${engine.version}` }),
    ...(kind.package === undefined ? {} : { package: kind.package.digest }),
    ...(guarantee === 'platform' ? { platform: request.machine.platform } : {}),
    ...(kind.seeded ? { seed: seedOf(lowered.params, kind, request.program.pipeline.seed) } : {}),
    ...keyedParams(lowered.params, kind),
    ...extra,
  };
  return {
    ...lowered,
    kind: kind.name,
    after: [],
    guarantee,
    ...(engine === undefined ? {} : { engine }),
    ...(kind.package === undefined ? {} : { package: kind.package }),
    identity,
    fingerprint: fingerprintOf(identity),
  };
}

function seedOf(params: JsonObject, kind: Kind, pipelineSeed: number): string {
  const stream = params['stream'];
  return deriveSeed(pipelineSeed, kind.name, typeof stream === 'number' ? stream : 0);
}

function keyedParams(params: JsonObject, kind: Kind): Record<string, string> {
  const unkeyed = new Set([...(kind.unkeyed ?? []), ...(kind.seeded ? ['stream'] : [])]);
  return Object.fromEntries(
    Object.entries(params)
      .filter(([key]) => !unkeyed.has(key))
      .map(([key, value]) => [`param:${key}`, canonicalJson(withoutSecrets(value))]),
  );
}

/** Which variable holds a credential changes no result. */
function withoutSecrets(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  if ('$secret' in value) return { $secret: true };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

/** The plan's inputs that a declared input stands for: a set of features stands on a split, and that on a table. */
function expand(input: Extract<InferInput, { kind: 'value' }>, columns: readonly string[] | undefined): PlanInput[] {
  const { slot, type, step, part } = input;
  switch (type.kind) {
    case 'table':
      return [{ slot, step, part, ...(columns === undefined ? {} : { columns }) }];
    case 'split':
      return expandSplit(slot, type, columns);
    case 'part':
      return expandSplit(`${slot}.${type.part}`, type.split, columns);
    case 'features':
      return expandFeatures(slot, type, columns);
    case 'model':
      return expandModel(slot, type);
    case 'report-part':
      return [{ slot, step: type.report.step, part: type.part }];
    case 'report':
      return type.parts.map((one) => ({ slot: `${slot}.${one}`, step, part: one }));
    case 'choice':
    case 'check':
    case 'measure':
      return [{ slot, step, part }];
  }
}

function expandSplit(slot: string, split: Extract<ValueType, { kind: 'split' }>, columns: readonly string[] | undefined): PlanInput[] {
  return [
    { slot, step: split.step, part: 'value' },
    { slot: `${slot}.table`, step: split.table, part: 'value', ...(columns === undefined ? {} : { columns }) },
  ];
}

function expandFeatures(slot: string, { step, split, reads }: Extract<ValueType, { kind: 'features' }>, read = reads): PlanInput[] {
  const columns = [...new Set([...read, split.target.name])].sort();
  return [
    { slot, step, part: 'value' },
    { slot: `${slot}.split`, step: split.step, part: 'value' },
    { slot: `${slot}.table`, step: split.table, part: 'value', columns },
  ];
}

function expandModel(slot: string, { step }: ModelType): PlanInput[] {
  return [{ slot, step, part: 'value' }];
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
  const checks = steps.filter((step) => step.outputs.some((one) => one.type === 'check'));
  return steps.map((step) => {
    if (checks.includes(step)) return step;
    const after = checks.filter((check) => check.inputs.some((a) => step.inputs.some((b) => a.step === b.step && a.part === b.part)));
    return after.length === 0 ? step : { ...step, after: after.map((check) => check.name) };
  });
}

function placer(files: LowerRequest['files']): (span: Span) => Place {
  const starts = new Map(files.map(({ file, text }) => [file, lineStarts(text)]));
  return (span) => ({ span, start: positionAt(starts.get(span.file) ?? [0], span.start) });
}
