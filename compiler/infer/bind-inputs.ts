import { diagnose, didYouMean, type Value } from '../../grammar/index.ts';
import type { InferInput, InputSpec, InputType } from '../kinds/kind.ts';
import { joinOr } from '../kinds/expectation.ts';
import type { CheckedDeclaration, Findings, Params, TypedDeclaration } from '../program.ts';
import type { ValueType } from '../types.ts';
import { textInput } from './text-input.ts';

/** What the arguments of a declaration are understood by. `source` is the text of the file. */
export interface Environment {
  readonly source: string;
  readonly params: Params;
  readonly findings: Findings;
  /** What has been inferred so far, by lower-cased name. */
  readonly typed: ReadonlyMap<string, TypedDeclaration>;
  /** Every declared name, lower-cased, with its spelling: also of what is wrong itself. */
  readonly declared: ReadonlyMap<string, string>;
}

/** Binds the arguments of a declaration to the inputs of its kind; `undefined` when one is wrong or has no type. */
export function bindInputs(declaration: CheckedDeclaration, environment: Environment): InferInput[] | undefined {
  const { kind, item } = declaration;
  const { findings } = environment;
  let sound = true;
  const bound: InferInput[] = [];
  item.call.args.forEach((value, index) => {
    const spec = kind.inputs[index] ?? (kind.inputs.at(-1)?.many === true ? kind.inputs.at(-1) : undefined);
    if (spec === undefined) {
      findings.add(diagnose('too-many-inputs', value.span, { kind: kind.name, takes: signature(kind.inputs) }));
      sound = false;
      return;
    }
    const slot = spec.many === true ? `${spec.name}[${index - kind.inputs.indexOf(spec)}]` : spec.name;
    const input = bindInput(slot, value, spec, { declaration, environment });
    if (input === undefined) sound = false;
    else bound.push(input);
  });
  const missing = kind.inputs[item.call.args.length];
  if (missing !== undefined && missing.optional !== true) {
    findings.add(diagnose('missing-input', item.call.span, { kind: kind.name, wanted: joinOr(missing.accepts.map(article)) }));
    sound = false;
  }
  return sound ? bound : undefined;
}

interface Binding {
  readonly declaration: CheckedDeclaration;
  readonly environment: Environment;
}

function bindInput(slot: string, value: Value, spec: InputSpec, { declaration, environment }: Binding): InferInput | undefined {
  const { findings } = environment;
  const wanted = joinOr(spec.accepts.map(article));
  const kind = declaration.kind.name;
  if (value.kind === 'string') {
    const as = spec.accepts.includes('sql') ? 'sql' : spec.accepts.includes('file') ? 'plain' : undefined;
    if (as !== undefined) return textInput(slot, value, as, environment);
    findings.add(diagnose('wrong-input', value.span, { kind, wanted, found: 'a text' }));
    return undefined;
  }
  if (value.kind !== 'word-value' && value.kind !== 'reference') {
    findings.add(diagnose('wrong-input', value.span, { kind, wanted, found: VALUES[value.kind] }));
    return undefined;
  }
  const { text: name, span } = value.kind === 'word-value' ? value : value.name;
  const folded = name.toLowerCase();
  const param = value.kind === 'word-value' ? environment.params.get(name) : undefined;
  if (param !== undefined) {
    if (param.type === 'string' && spec.accepts.includes('file')) {
      return { kind: 'text', slot, span, text: String(param.value), at: () => span.start };
    }
    findings.add(diagnose('wrong-input', span, { kind, wanted, found: `the param \`${name}\`` }));
    return undefined;
  }
  const typed = environment.typed.get(folded);
  if (typed === undefined) {
    if (!environment.declared.has(folded)) {
      const candidates = [...environment.declared.values()].filter((one) => one !== declaration.name);
      findings.add(diagnose('unknown-name', span, { name, known: candidates, suggestion: didYouMean(name, candidates) }));
    }
    return undefined;
  }
  const found = partOf(value, typed, findings);
  if (found === undefined) return undefined;
  if (!spec.accepts.includes(found.type.kind)) {
    const hint = wayTo(spec.accepts, found.type, name);
    findings.add(diagnose('wrong-input', value.span, { kind, wanted, found: `\`${found.text}\`, which is ${article(found.type.kind)}`, hint }));
    return undefined;
  }
  return { kind: 'value', slot, span: value.span, step: typed.name, ...found };
}

/** The part of a value that a reference such as `parts.train` names. */
function partOf(
  value: Extract<Value, { kind: 'word-value' | 'reference' }>,
  typed: TypedDeclaration,
  findings: Findings,
): { readonly text: string; readonly part: string; readonly type: ValueType } | undefined {
  const whole = typed.inferred.type;
  if (value.kind === 'word-value') return { text: typed.name, part: 'value', type: whole };
  const [step, further] = value.path;
  if (step?.kind !== 'member') {
    findings.add(diagnose('not-a-collection', value.span, { name: typed.name }));
    return undefined;
  }
  const parts = partTypes(typed);
  const part = step.name.text;
  const text = `${typed.name}.${part}`;
  const type = parts.get(part);
  if (type === undefined) {
    const known = [...parts.keys()];
    findings.add(diagnose('unknown-part', step.name.span, { name: typed.name, part, known, suggestion: didYouMean(part, known) }));
    return undefined;
  }
  if (further === undefined) return { text, part, type };
  if (further.kind === 'member') findings.add(diagnose('unknown-part', further.name.span, { name: text, part: further.name.text, known: [], suggestion: undefined }));
  else findings.add(diagnose('not-a-collection', value.span, { name: text }));
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
