import { diagnose, type Code, type Diagnostic, type Parameters, type Related, type Span } from '../../grammar/index.ts';
import { canonicalJson, type JsonObject } from '../json.ts';
import type { Inferred, InferContext, InferInput, Kind, TableLookup } from '../kinds/kind.ts';
import type { Dependencies } from '../link/find-dependencies.ts';
import type { Answer, AnswerTo, Asking, KindNeed, Need } from '../needs.ts';
import type { CheckedDeclaration, Findings, ResolvedDeclaration, TypedDeclaration } from '../program.ts';
import { findInSql, sqlNames } from '../resolve/resolve-reference.ts';
import { findMeaning, namesInSight } from '../resolve/scope.ts';
import { bindInputs, type Environment } from './bind-inputs.ts';
import { checkColumns } from './check-columns.ts';
import { orderDeclarations } from './order-declarations.ts';

/** The declarations whose types are to be found, and what they read of each other. */
export interface InferRequest {
  readonly declarations: readonly CheckedDeclaration[];
  readonly dependencies: Dependencies;
  readonly machine: InferContext['machine'];
  readonly engines: InferContext['engines'];
  readonly findings: Findings;
}

/**
 * Finds the type of every value. After it: each declaration stands after what it reads, its inputs have the types that
 * its kind accepts, and every column that a parameter names exists. Declarations that are wrong, and those that read
 * them, are left out.
 */
export function* inferTypes(request: InferRequest): Asking<TypedDeclaration[]> {
  const { declarations, dependencies, findings } = request;
  const known = new Map<string, Answer>();
  const typed = new Map<string, TypedDeclaration>();
  const ordered = orderDeclarations(declarations, dependencies, (members) => reportCycle(members, findings));
  let waiting = ordered;
  while (waiting.length > 0) {
    const needs = new Map<string, Need>();
    const pending = new Set<string>();
    const still: CheckedDeclaration[] = [];
    for (const declaration of waiting) {
      const { name } = declaration;
      const missing = (dependencies.get(name) ?? []).some((read) => pending.has(read)) ? undefined : inferOne(declaration, { request, typed, known });
      if (missing?.length === 0) continue;
      for (const need of missing ?? []) needs.set(canonicalJson(need), need);
      pending.add(name);
      still.push(declaration);
    }
    if (needs.size > 0) yield* answer(needs, known);
    waiting = still;
  }
  return ordered.flatMap((declaration) => typed.get(declaration.name) ?? []);
}

/** Reports what is wrong with the inputs of declarations whose parameters are wrong: one run tells of both. */
export function checkInputs(declarations: readonly ResolvedDeclaration[], typed: readonly TypedDeclaration[], findings: Findings): void {
  // An input that is written with a name was reported; without it others would seem to be missing.
  const positional = declarations.filter(({ item }) => item.call.named.length === 0);
  if (positional.length === 0) return;
  const environment: Environment = { findings, typed: new Map(typed.map((one) => [one.name, one])) };
  for (const declaration of positional) bindInputs(declaration, environment);
}

/** At the first of its declarations. */
function reportCycle(members: readonly CheckedDeclaration[], findings: Findings): void {
  const first = members.reduce((a, b) => (b.item.span.start < a.item.span.start ? b : a));
  const at = members.indexOf(first);
  const round = [...members.slice(at), ...members.slice(0, at)];
  const chain = [...round, first].map((one) => one.name);
  const related = round.slice(1).map((one) => ({ span: one.item.name.span, message: `\`${one.name}\` is part of the cycle` }));
  findings.add(diagnose('cycle', first.item.name.span, { chain }, related));
}

function* answer(needs: ReadonlyMap<string, Need>, known: Map<string, Answer>): Asking<void> {
  const asked = [...needs.entries()];
  const answers = yield asked.map(([, need]) => need);
  asked.forEach(([key], index) => {
    const found = answers[index];
    if (found === undefined) throw new Error(`no answer to ${key}`);
    known.set(key, found);
  });
}

interface Inference {
  readonly request: InferRequest;
  readonly typed: Map<string, TypedDeclaration>;
  readonly known: ReadonlyMap<string, Answer>;
}

/** Infers one declaration, or returns what is still needed for it. */
function inferOne(declaration: CheckedDeclaration, { request, typed, known }: Inference): KindNeed[] {
  // What a run reports counts only when nothing is missing any more: it is run again otherwise.
  const found: Diagnostic[] = [];
  const own: Findings = { add: (diagnostic) => found.push(diagnostic) };
  const environment: Environment = { findings: own, typed };
  const inputs = bindInputs(declaration, environment);
  const missing: KindNeed[] = [];
  let inferred: Inferred | undefined;
  let params: JsonObject = declaration.params;
  if (inputs !== undefined) {
    const checked = checkColumns({ ...declaration, inputs }, own);
    if (checked !== undefined) {
      params = checked;
      const ask = <N extends KindNeed>(need: N): AnswerTo<N> | undefined => {
        const given = known.get(canonicalJson(need));
        if (given === undefined) missing.push(need);
        return given as AnswerTo<N> | undefined;
      };
      inferred = callInfer(declaration.kind, inferContext({ ...declaration, params }, inputs, { ask, environment, request }));
    }
  }
  if (missing.length > 0) return missing;
  for (const diagnostic of found) request.findings.add(diagnostic);
  const sound = !found.some((diagnostic) => diagnostic.severity === 'error');
  if (sound && inputs !== undefined && inferred !== undefined) {
    typed.set(declaration.name, { ...declaration, params: inferred.params ?? params, inputs, inferred });
  }
  return [];
}

/** Calls a kind. One of a package may be wrong itself, which is no fault of this program. */
function callInfer(kind: Kind, context: InferContext): Inferred | undefined {
  if (kind.package === undefined) return kind.infer(context);
  try {
    return kind.infer(context);
  } catch (error) {
    context.report('kind-failed', context.span, { kind: kind.name, package: kind.package.name, problem: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

function inferContext(
  declaration: CheckedDeclaration,
  inputs: readonly InferInput[],
  { ask, environment, request }: { readonly ask: InferContext['ask']; readonly environment: Environment; readonly request: InferRequest },
): InferContext {
  return {
    name: declaration.name,
    file: declaration.item.span.file,
    span: declaration.item.span,
    params: declaration.params,
    inputs,
    machine: request.machine,
    engines: request.engines,
    table: (name): TableLookup => lookUpTable(name, declaration, environment),
    kind: (name) => declaration.scope.kinds.get(name),
    ask,
    report: <C extends Code>(code: C, at: Span, parameters: Parameters<C>, related?: readonly Related[]) => {
      environment.findings.add(diagnose(code, at, parameters, related));
    },
    spanOf: declaration.spanOf,
  };
}

/** A table by its lower-cased name, for a declaration, which does not read itself. */
function lookUpTable(name: string, { item, scope }: CheckedDeclaration, { typed }: Environment): TableLookup {
  const meaning = findInSql(scope, name);
  switch (meaning?.kind) {
    case 'step': {
      const found = typed.get(meaning.step);
      return found === undefined ? { found: 'pending' } : { found: 'table', name: found.name, type: found.inferred.type, span: found.item.name.span };
    }
    case 'collection':
      return { found: 'collection', name: meaning.name, members: sqlNames(meaning, meaning.name) };
    case 'broken':
      return { found: 'pending' };
    default: {
      const candidates = namesInSight(scope).flatMap((one): string[] => {
        const found = findMeaning(scope, one.toLowerCase());
        if (found === undefined || one === item.name.text) return [];
        if (found.kind === 'collection') return [one, ...sqlNames(found, one)];
        return found.kind === 'broken' || (typed.get(found.step)?.inferred.type.kind ?? 'table') === 'table' ? [one] : [];
      });
      return { found: 'nothing', candidates };
    }
  }
}
