import { diagnose, didYouMean, hasErrors, parseDocument, type Checked, type Diagnostic, type Item } from '../grammar/index.ts';
import { checkDataFlow } from './check/check-data-flow.ts';
import { inferTypes, type Asking } from './infer/infer-types.ts';
import { checkParams } from './kinds/check-params.ts';
import type { Machine, Registry } from './kinds/kind.ts';
import { lowerPlan } from './lower/lower-plan.ts';
import type { Answer, Need } from './needs.ts';
import { bindParams, type GivenParams } from './params/bind-params.ts';
import { mergeCommonSteps } from './passes/common-steps.ts';
import { removeDeadSteps } from './passes/dead-steps.ts';
import { orderFanOut } from './passes/fan-out.ts';
import { fuseQueries } from './passes/fuse-queries.ts';
import type { Plan } from './plan/plan.ts';
import type { Findings } from './program.ts';
import { resolveNames } from './resolve/resolve-names.ts';
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

/** The plan of a file and its tests, if it has no errors. */
export type Compilation = Checked<{ readonly plan: Plan; readonly tests: readonly TableTest[] } | undefined>;

/**
 * Compiles a file. Pure and synchronous: what it cannot know it yields as needs, and is resumed with the answers in
 * the same order. Every phase says what holds after it.
 */
export function* compile(request: CompileRequest): Asking<Compilation> {
  const diagnostics: Diagnostic[] = [];
  const findings: Findings = { add: (diagnostic) => diagnostics.push(diagnostic) };
  const { file, text, registry, verify = () => undefined } = request;

  const parsed = parseDocument(file, text);
  diagnostics.push(...parsed.diagnostics);
  verify('parse', parsed.value);

  const program = resolveNames(parsed.value, registry, findings);
  verify('resolve', program);

  const params = bindParams(program.params, request.params ?? {}, findings);
  verify('bind', params);

  const declarations = program.declarations.flatMap((one) => checkParams(one, params, findings) ?? []);
  verify('check-params', declarations);

  const declared = declaredNames(parsed.value.items);
  const typed = yield* inferTypes({ declarations, declared, source: text, params, machine: request.machine, findings });
  verify('infer', typed);

  checkDataFlow(typed, findings);
  const tests = checkTests({ tests: program.tests, declarations: typed, declared, params, findings });
  verify('check-tests', tests);

  const targets = checkTargets(request.targets ?? [], declared, findings);
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics: inOrder(diagnostics) };

  const lowered = lowerPlan({ program: { pipeline: program.pipeline, declarations: typed }, file, source: text, registry, machine: request.machine, engines: request.engines });
  verify('lower', lowered);

  const plan = request.optimize === false ? removeDeadSteps(lowered, targets) : yield* optimize(lowered, targets, verify);
  return { value: { plan, tests }, diagnostics: inOrder(diagnostics) };
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

/** Every name that is declared, lower-cased, with its spelling: also where the declaration itself is wrong. */
function declaredNames(items: readonly Item[]): Map<string, string> {
  const names = items.flatMap((item): string[] => {
    switch (item.kind) {
      case 'declaration':
        return [item.name.text];
      case 'import':
        return item.names.map(({ name, alias }) => (alias ?? name).text);
      case 'for':
        return [...declaredNames(item.items).values()];
      default:
        return [];
    }
  });
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

function checkTargets(targets: readonly string[], names: ReadonlyMap<string, string>, findings: Findings): string[] {
  return targets.flatMap((target) => {
    const found = names.get(target.toLowerCase());
    if (found === undefined) {
      const known = [...names.values()];
      findings.add(diagnose('unknown-target', undefined, { name: target, known, suggestion: didYouMean(target, known) }));
    }
    return found ?? [];
  });
}

/** In the order of the file, those without a place last; the same finding once. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics
    .filter((one) => {
      const identity = JSON.stringify([one.code, one.span, one.message]);
      return !seen.has(identity) && seen.add(identity);
    })
    .sort((a, b) => (a.span?.start ?? Infinity) - (b.span?.start ?? Infinity) || 0);
}
