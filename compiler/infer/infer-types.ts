import { diagnose, type Code, type Diagnostic, type Parameters, type Related, type Span } from '../../grammar/index.ts';
import { canonicalJson, type JsonObject } from '../json.ts';
import type { Inferred, InferContext, InferInput, TableLookup } from '../kinds/kind.ts';
import type { Answer, AnswerTo, Need } from '../needs.ts';
import type { CheckedDeclaration, Findings, Params, TypedDeclaration } from '../program.ts';
import type { SqlReferences } from '../sql/analysis.ts';
import { bindInputs, type Environment } from './bind-inputs.ts';
import { checkColumns } from './check-columns.ts';
import { namedBy, orderDeclarations, type Dependencies } from './order-declarations.ts';
import { textInput } from './text-input.ts';

/** A phase that names what it needs and goes on with the answers, in the same order. */
export type Asking<T> = Generator<readonly Need[], T, readonly Answer[]>;

/** The declarations whose types are to be found, and what they may refer to. `source` is the text of the file. */
export interface InferRequest {
  readonly declarations: readonly CheckedDeclaration[];
  /** Every declared name, also of declarations that were wrong. */
  readonly declared: ReadonlyMap<string, string>;
  readonly source: string;
  readonly params: Params;
  readonly machine: InferContext['machine'];
  readonly findings: Findings;
}

/**
 * Finds the type of every value. After it: each declaration stands after what it reads, its inputs have the types that
 * its kind accepts, and every column that a parameter names exists. Declarations that are wrong, and those that read
 * them, are left out.
 */
export function* inferTypes(request: InferRequest): Asking<TypedDeclaration[]> {
  const known = new Map<string, Answer>();
  const dependencies = yield* findDependencies(request, known);
  const typed = new Map<string, TypedDeclaration>();
  const ordered = orderDeclarations(dependencies, request.findings);
  let waiting = ordered;
  while (waiting.length > 0) {
    const needs = new Map<string, Need>();
    const pending = new Set<string>();
    const still: CheckedDeclaration[] = [];
    for (const declaration of waiting) {
      const name = declaration.name.toLowerCase();
      const reads = dependencies.get(declaration) ?? [];
      if (reads.some((read) => pending.has(read))) {
        pending.add(name);
        still.push(declaration);
        continue;
      }
      const missing = inferOne(declaration, { request, typed, known });
      if (missing.length > 0) {
        for (const need of missing) needs.set(canonicalJson(need), need);
        pending.add(name);
        still.push(declaration);
      }
    }
    if (needs.size > 0) yield* answer(needs, known);
    waiting = still;
  }
  return ordered.flatMap((declaration) => typed.get(declaration.name.toLowerCase()) ?? []);
}

/** References in SQL are dependencies too, so they have to be known before anything can be put in order. */
function* findDependencies(request: InferRequest, known: Map<string, Answer>): Asking<Dependencies> {
  const silent: Findings = { add: () => undefined };
  const texts = new Map<CheckedDeclaration, string>();
  for (const declaration of request.declarations) {
    const [first] = declaration.item.call.args;
    if (declaration.kind.inputs[0]?.accepts.includes('sql') !== true || first?.kind !== 'string') continue;
    const input = textInput('', first, 'sql', { ...request, findings: silent });
    if (input !== undefined) texts.set(declaration, input.text);
  }
  const needs = new Map<string, Need>();
  for (const text of texts.values()) {
    const need: Need = { need: 'references', text };
    needs.set(canonicalJson(need), need);
  }
  if (needs.size > 0) yield* answer(needs, known);
  return new Map(
    request.declarations.map((declaration) => {
      const reads = declaration.item.call.args.flatMap((value) => namedBy(value)?.text.toLowerCase() ?? []);
      const text = texts.get(declaration);
      const references = text === undefined ? undefined : (known.get(canonicalJson({ need: 'references', text })) as SqlReferences | undefined);
      return [declaration, [...reads, ...(references?.ok === true ? references.tables : [])]];
    }),
  );
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
function inferOne(declaration: CheckedDeclaration, { request, typed, known }: Inference): Need[] {
  // What a run reports counts only when nothing is missing any more: it is run again otherwise.
  const found: Diagnostic[] = [];
  const own: Findings = { add: (diagnostic) => found.push(diagnostic) };
  const environment: Environment = { ...request, findings: own, typed };
  const inputs = bindInputs(declaration, environment);
  const missing: Need[] = [];
  let inferred: Inferred | undefined;
  let params: JsonObject = declaration.params;
  if (inputs !== undefined) {
    const checked = checkColumns({ ...declaration, inputs }, own);
    if (checked !== undefined) {
      params = checked;
      const ask = <N extends Need>(need: N): AnswerTo<N> | undefined => {
        const given = known.get(canonicalJson(need));
        if (given === undefined) missing.push(need);
        return given as AnswerTo<N> | undefined;
      };
      inferred = declaration.kind.infer(inferContext({ ...declaration, params }, inputs, { ask, environment, request }));
    }
  }
  if (missing.length > 0) return missing;
  for (const diagnostic of found) request.findings.add(diagnostic);
  const sound = !found.some((diagnostic) => diagnostic.severity === 'error');
  if (sound && inputs !== undefined && inferred !== undefined) {
    typed.set(declaration.name.toLowerCase(), { ...declaration, params: inferred.params ?? params, inputs, inferred });
  }
  return [];
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
    table: (name): TableLookup => lookUpTable(name, declaration.name, environment),
    ask,
    report: <C extends Code>(code: C, at: Span, parameters: Parameters<C>, related?: readonly Related[]) => {
      environment.findings.add(diagnose(code, at, parameters, related));
    },
    spanOf: declaration.spanOf,
  };
}

/** A table by its lower-cased name, for a declaration, which does not read itself. */
function lookUpTable(name: string, reader: string, { typed, declared }: Environment): TableLookup {
  const found = typed.get(name);
  if (found !== undefined) return { found: 'table', name: found.name, type: found.inferred.type, span: found.item.name.span };
  if (declared.has(name)) return { found: 'pending' };
  const isTable = (candidate: string): boolean => (typed.get(candidate.toLowerCase())?.inferred.type.kind ?? 'table') === 'table';
  return { found: 'nothing', candidates: [...declared.values()].filter((one) => one !== reader && isTable(one)) };
}
