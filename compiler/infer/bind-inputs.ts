import { diagnose, didYouMean, type ReferenceValue, type Value, type WordValue } from '../../grammar/index.ts';
import type { InferInput, InputSpec, InputType } from '../kinds/kind.ts';
import { joinOr } from '../kinds/expectation.ts';
import { readVariable } from '../params/variable.ts';
import type { BoundParam, Findings, ResolvedDeclaration, TypedDeclaration } from '../program.ts';
import { resolveReference, type Referred } from '../resolve/resolve-reference.ts';
import type { ValueType } from '../types.ts';
import { textInput } from './text-input.ts';

/** What the arguments of a declaration are understood by. */
export interface Environment {
  readonly findings: Findings;
  /** What has been inferred so far, by the names of steps. */
  readonly typed: ReadonlyMap<string, TypedDeclaration>;
}

/** Binds the arguments of a declaration to the inputs of its kind; `undefined` when one is wrong or has no type. */
export function bindInputs(declaration: ResolvedDeclaration, environment: Environment): InferInput[] | undefined {
  const { kind, item } = declaration;
  const { findings } = environment;
  let sound = true;
  const bound: InferInput[] = [];
  const given = item.call.args.flatMap((value) => argumentsOf(value, declaration, findings));
  given.forEach((argument, index) => {
    const { value } = argument;
    const spec = kind.inputs[index] ?? (kind.inputs.at(-1)?.many === true ? kind.inputs.at(-1) : undefined);
    if (argument.kind === 'reference' && argument.collected && spec?.many !== true) {
      const wanted = joinOr(kind.inputs[Math.min(index, kind.inputs.length - 1)]?.accepts.map(article) ?? []);
      findings.add(diagnose('collected-input', value.span, { kind: kind.name, wanted, member: argument.referred.text }));
      sound = false;
      return;
    }
    if (spec === undefined) {
      findings.add(diagnose('too-many-inputs', value.span, { kind: kind.name, takes: signature(kind.inputs) }));
      sound = false;
      return;
    }
    const slot = spec.many === true ? `${spec.name}[${index - kind.inputs.indexOf(spec)}]` : spec.name;
    const input = bindInput(slot, argument, spec, { declaration, environment });
    if (input === undefined) sound = false;
    else bound.push(input);
  });
  const missing = kind.inputs[given.length];
  if (missing !== undefined && missing.optional !== true) {
    findings.add(diagnose('missing-input', item.call.span, { kind: kind.name, wanted: joinOr(missing.accepts.map(article)) }));
    sound = false;
  }
  return sound ? bound : undefined;
}

/** What stands between the parentheses; `[*]` stands for several. */
type Argument =
  | { readonly kind: 'literal'; readonly value: Exclude<Value, WordValue | ReferenceValue> }
  | { readonly kind: 'param'; readonly value: WordValue; readonly param: BoundParam }
  | { readonly kind: 'reference'; readonly value: WordValue | ReferenceValue; readonly referred: Referred; readonly collected: boolean }
  /** Reported, or wrong where it is declared. */
  | { readonly kind: 'wrong'; readonly value: Value };

function argumentsOf(value: Value, { scope, item }: ResolvedDeclaration, findings: Findings): Argument[] {
  if (value.kind !== 'word-value' && value.kind !== 'reference') return [{ kind: 'literal', value }];
  const param = value.kind === 'word-value' ? scope.params.get(value.text) : undefined;
  if (value.kind === 'word-value' && param !== undefined) return [{ kind: 'param', value, param }];
  const resolved = resolveReference(value, scope, { name: item.name.text });
  if ('found' in resolved) return resolved.found.map((referred) => ({ kind: 'reference', value, referred, collected: resolved.collected }));
  if (resolved.problem !== undefined) findings.add(resolved.problem);
  return [{ kind: 'wrong', value }];
}

interface Binding {
  readonly declaration: ResolvedDeclaration;
  readonly environment: Environment;
}

function bindInput(slot: string, argument: Argument, spec: InputSpec, binding: Binding): InferInput | undefined {
  switch (argument.kind) {
    case 'literal':
      return bindLiteral(slot, argument.value, spec, binding);
    case 'param':
      return bindParam(slot, argument, spec, binding);
    case 'reference':
      return bindReference(slot, argument, spec, binding);
    case 'wrong':
      return undefined;
  }
}

function bindLiteral(slot: string, value: Exclude<Value, WordValue | ReferenceValue>, spec: InputSpec, { declaration, environment }: Binding): InferInput | undefined {
  const { findings } = environment;
  const { kind, scope } = declaration;
  const as = spec.accepts.includes('sql') ? 'sql' : spec.accepts.includes('file') ? 'plain' : undefined;
  if (value.kind === 'string' && as !== undefined) return textInput(slot, value, as, scope, findings);
  if (value.kind === 'call' && value.name.text === 'env' && as === 'plain') {
    const text = readVariable(value, scope.environment, findings);
    return text === undefined ? undefined : { kind: 'text', slot, span: value.span, text, at: () => value.span.start };
  }
  const found = value.kind === 'string' ? 'a text' : VALUES[value.kind];
  findings.add(diagnose('wrong-input', value.span, { kind: kind.name, wanted: joinOr(spec.accepts.map(article)), found }));
  return undefined;
}

function bindParam(slot: string, { value, param }: Extract<Argument, { kind: 'param' }>, spec: InputSpec, { declaration, environment }: Binding): InferInput | undefined {
  const { span, text: name } = value;
  if (param.type.kind === 'string' && param.value !== null && spec.accepts.includes('file')) {
    return { kind: 'text', slot, span, text: String(param.value), at: () => span.start };
  }
  const wanted = joinOr(spec.accepts.map(article));
  environment.findings.add(diagnose('wrong-input', span, { kind: declaration.kind.name, wanted, found: `the param \`${name}\`` }));
  return undefined;
}

function bindReference(slot: string, argument: Extract<Argument, { kind: 'reference' }>, spec: InputSpec, { declaration, environment }: Binding): InferInput | undefined {
  const { value, referred } = argument;
  const { findings, typed } = environment;
  const kind = declaration.kind.name;
  const wanted = joinOr(spec.accepts.map(article));
  const target = typed.get(referred.target.step);
  const found = target === undefined ? undefined : partOf(referred, target, findings);
  if (target === undefined || found === undefined) return undefined;
  if (!spec.accepts.includes(found.type.kind)) {
    const hint = wayTo(spec.accepts, found.type, referred.text);
    findings.add(diagnose('wrong-input', value.span, { kind, wanted, found: `\`${found.text}\`, which is ${article(found.type.kind)}`, hint }));
    return undefined;
  }
  return { kind: 'value', slot, span: value.span, step: target.name, maker: target.kind, ...found };
}

/** The part of a value that a reference such as `parts.train` names. */
function partOf(
  { text: whole, parts: [member, further] }: Referred,
  typed: TypedDeclaration,
  findings: Findings,
): { readonly text: string; readonly part: string; readonly type: ValueType } | undefined {
  if (member === undefined) return { text: whole, part: 'value', type: typed.inferred.type };
  const parts = partTypes(typed);
  const part = member.name.text;
  const text = `${whole}.${part}`;
  const type = parts.get(part);
  if (type === undefined) {
    const known = [...parts.keys()];
    findings.add(diagnose('unknown-part', member.name.span, { name: whole, part, known, suggestion: typed.inferred.absent?.[part] ?? didYouMean(part, known) }));
    return undefined;
  }
  if (further === undefined) return { text, part, type };
  findings.add(diagnose('unknown-part', further.name.span, { name: text, part: further.name.text, known: [], suggestion: undefined }));
  return undefined;
}

function partTypes({ inferred }: TypedDeclaration): Map<string, ValueType> {
  const parts = new Map<string, ValueType>(Object.entries(inferred.parts ?? {}));
  const type = inferred.type;
  if (type.kind === 'split') for (const part of ['train', 'validate', 'test'] as const) parts.set(part, { kind: 'part', split: type, part });
  if (type.kind === 'report') for (const part of type.parts) parts.set(part, { kind: 'report-part', report: type, part });
  return parts;
}

/** What would make the right kind of value from the wrong one. */
function wayTo(accepts: readonly InputType[], found: ValueType, name: string): string | undefined {
  if (accepts.includes('features') && found.kind === 'split') return `prepare its columns first: \`features x = prepare(${name})\``;
  if (accepts.includes('model') && found.kind === 'features') return `train a model on them first: \`model m = logistic(${name})\``;
  if (accepts.includes('model') && found.kind === 'choice') return 'name one of its models: which one it chooses is known only when it is made';
  if (accepts.includes('features') && found.kind === 'table') return `split and prepare it first: \`split parts = holdout(${name}) { target: … }\`, \`features x = prepare(parts)\``;
  if (accepts.includes('split') && found.kind === 'table') return `split it first: \`split parts = holdout(${name}) { target: … }\``;
  if (accepts.includes('split') && found.kind === 'features') return `prepare the split itself, \`${found.split.step}\`: it may be prepared in as many ways as you like`;
  if (accepts.includes('split') && found.kind === 'part') return `write \`${name}\`: the kind knows which part to read`;
  if (accepts.includes('file') && found.kind === 'table') return `a table from a table is a query: \`table t = sql("SELECT … FROM ${name}")\``;
  if (accepts.includes('report-part') && found.kind === 'report') return `name the part: \`${name}.validate\``;
  if (accepts.includes('report-part') && found.kind === 'model') return `evaluate it first: \`report scores = evaluate(${name})\`, then \`scores.validate\``;
  return undefined;
}

const WORDS: Readonly<Record<InputType, string>> = {
  file: 'a file name in quotes',
  sql: 'a query in quotes',
  table: 'a table',
  split: 'a split',
  part: 'a part of a split',
  features: 'a set of features',
  model: 'a model',
  report: 'a report',
  'report-part': 'a part of a report',
  choice: 'a choice',
  check: 'a check',
  measure: 'a measurement',
};

/** Values that are neither text nor name, in words. */
const VALUES: Readonly<Record<Exclude<Value['kind'], 'string' | 'word-value' | 'reference'>, string>> = {
  number: 'a number',
  boolean: 'a bool',
  none: '`none`',
  interpolation: 'the value of a param',
  call: 'a call: declare it with a name of its own',
  optional: 'a type',
  range: 'a range',
  list: 'a list: inputs stand side by side, without brackets',
  record: 'a block',
};

/** A type of values in words: `a table`. */
export function article(type: InputType): string {
  return WORDS[type];
}

function signature(inputs: readonly InputSpec[]): string {
  if (inputs.length === 0) return 'no inputs';
  return inputs.map((input) => `${input.optional === true ? 'perhaps ' : ''}${joinOr(input.accepts.map(article))}`).join(', ');
}
