import { diagnose, didYouMean, hasErrors, type Checked, type Diagnostic } from '../grammar/index.ts';
import { checkDataFlow } from './check/check-data-flow.ts';
import { checkInputs, inferTypes } from './infer/infer-types.ts';
import { checkParams } from './kinds/check-params.ts';
import type { Machine, Registry } from './kinds/kind.ts';
import { findDependencies, keepNeeded, type Dependencies } from './link/find-dependencies.ts';
import { loadProgram } from './load/load-program.ts';
import { layGroundwork, type Groundwork } from './incremental/groundwork.ts';
import { joinPlan, lowerDeclarations, type LoweredDeclaration, type PlanHead } from './lower/lower-plan.ts';
import type { Answer, Asking, Need } from './needs.ts';
import { inOrder } from './order-findings.ts';
import { mergeCommonSteps } from './passes/common-steps.ts';
import { removeDeadSteps } from './passes/dead-steps.ts';
import { orderFanOut } from './passes/fan-out.ts';
import { fuseQueries } from './passes/fuse-queries.ts';
import type { Plan } from './plan/plan.ts';
import { selectsStep } from './plan/step-names.ts';
import type { Findings, LoadedProgram, ResolvedProgram } from './program.ts';
import { resolveNames, type GivenParams } from './resolve/resolve-names.ts';
import { findMeaning } from './resolve/scope.ts';
import { checkTests } from './tests/check-tests.ts';
import type { TableTest } from './tests/table-test.ts';

/** What a compilation is given: everything that it may depend on, apart from the answers to its needs. */
export interface CompileRequest {
  readonly file: string;
  readonly text: string;
  readonly registry: Registry;
  readonly machine: Machine;
  /** Versions of the engines, by name: what is pinned in the lock, and DuckDB's. */
  readonly engines: Readonly<Record<string, string>>;
  readonly params?: GivenParams;
  /** Names of the steps that are wanted; absent: all. */
  readonly targets?: readonly string[];
  /** Whether the optimizer's passes run; off only to compare with them. */
  readonly optimize?: boolean;
  /** Called after each phase, with its name and result: how tests hold what each promises. */
  readonly verify?: (phase: string, result: unknown) => void;
}

/** The plan of a file and its tests, if it has no errors, and what a changed text can be compiled from. */
export type Compilation = Checked<{ readonly plan: Plan; readonly tests: readonly TableTest[]; readonly groundwork?: Groundwork } | undefined>;

/**
 * Compiles a file. Pure and synchronous: what it cannot know it yields as needs, and is resumed with the answers in
 * the same order. Every phase says what holds after it.
 */
export function* compile(request: CompileRequest): Asking<Compilation> {
  const { value: lowered, diagnostics } = yield* lowerProgram(request);
  if (lowered === undefined) return { value: undefined, diagnostics };
  const { head, declarations, tests, targets } = lowered;
  const plan = yield* finishPlan(joinPlan(head, declarations), targets, request);
  const groundwork = diagnostics.length > 0 || targets.length > 0 ? undefined : layGroundwork(lowered);
  return { value: { plan, tests, ...(groundwork === undefined ? {} : { groundwork }) }, diagnostics };
}

/** A program without errors, before its steps are put together and optimized. */
export interface LoweredProgram {
  readonly files: LoadedProgram['files'];
  readonly head: PlanHead;
  /** Each after what it reads. */
  readonly declarations: readonly LoweredDeclaration[];
  readonly dependencies: Dependencies;
  /** The declarations' names and where each of them starts, in the order of the files and of their lines. */
  readonly order: readonly { readonly name: string; readonly start: number }[];
  readonly tests: readonly TableTest[];
  readonly targets: readonly string[];
}

/** The phases from a text to the steps of its declarations. */
export function* lowerProgram(request: CompileRequest): Asking<Checked<LoweredProgram | undefined>> {
  const diagnostics: Diagnostic[] = [];
  const findings: Findings = { add: (diagnostic) => diagnostics.push(diagnostic) };
  const { machine, engines, verify = () => undefined } = request;

  const loaded = yield* loadProgram({ ...request, findings });
  verify('load', loaded);

  const program = resolveNames(loaded, request.params ?? {}, findings);
  verify('resolve', program);

  const dependencies = yield* findDependencies(program.declarations);
  const needed = keepNeeded(program.declarations, program.wanted, dependencies);
  verify('link', needed);

  const checked = needed.flatMap((one) => checkParams(one, findings) ?? []);
  verify('check-params', checked);

  const typed = yield* inferTypes({ declarations: checked, dependencies, machine, engines, findings });
  verify('infer', typed);
  const passed = new Set(checked.map(({ name }) => name));
  checkInputs(needed.filter(({ name }) => !passed.has(name)), typed, findings);

  checkDataFlow(typed, findings);
  const tests = checkTests({ tests: program.tests, declarations: typed, findings });
  verify('check-tests', tests);

  const targets = findTargets(request.targets ?? [], program, findings);
  const found = inOrder(diagnostics, program, loaded);
  if (hasErrors(found)) return { value: undefined, diagnostics: found };

  const { pipeline } = program;
  const { files, registry } = loaded;
  const declarations = lowerDeclarations({ program: { pipeline, declarations: typed }, files, registry, machine, engines });
  const head: PlanHead = { pipeline: pipeline.name, file: files[0].file, ...(pipeline.doc === undefined ? {} : { doc: pipeline.doc }) };
  const order = needed.map(({ name, item }) => ({ name, start: item.span.start }));
  return { value: { files, head, declarations, dependencies, order, tests, targets }, diagnostics: found };
}

/** The passes over the steps of a plan. */
export function* finishPlan(lowered: Plan, targets: readonly string[], { optimize: isOptimized, verify = () => undefined }: Pick<CompileRequest, 'optimize' | 'verify'>): Asking<Plan> {
  verify('lower', lowered);
  return isOptimized === false ? removeDeadSteps(lowered, targets) : yield* optimize(lowered, targets, verify);
}

/** The optimizer. Every pass keeps the results of the steps that remain, and their order by what they read. */
function* optimize(lowered: Plan, targets: readonly string[], verify: NonNullable<CompileRequest['verify']>): Asking<Plan> {
  const live = removeDeadSteps(lowered, targets);
  verify('dead-steps', live);
  const merged = mergeCommonSteps(live);
  verify('common-steps', merged);
  const fused = yield* fuseQueries(merged, targets);
  verify('fuse-queries', fused);
  const ordered = orderFanOut(fused);
  verify('fan-out', ordered);
  return ordered;
}

/** Runs a compilation to its end with a supplier of answers. */
export async function driveCompilation<T>(asking: Asking<T>, supply: (needs: readonly Need[]) => Promise<readonly Answer[]>): Promise<T> {
  let step = asking.next();
  while (step.done !== true) step = asking.next(await supply(step.value));
  return step.value;
}

/** The steps that targets name; a loop's name stands for all that it made. */
function findTargets(targets: readonly string[], { scope, declarations }: ResolvedProgram, findings: Findings): string[] {
  if (targets.length === 0) return [];
  const known = declarations.map(({ name }) => name);
  return targets.flatMap((target) => {
    // A declaration that is wrong has a name too.
    if (findMeaning(scope, target.toLowerCase())?.kind === 'broken') return [];
    const selected = known.filter((name) => selectsStep(target, name));
    if (selected.length > 0) return selected;
    findings.add(diagnose('unknown-target', undefined, { name: target, known, suggestion: didYouMean(target, known) }));
    return [];
  });
}
