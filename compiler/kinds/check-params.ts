import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { diagnose, didYouMean, nearest, type Diagnostic, type Entry, type RecordValue, type Span } from '../../grammar/index.ts';
import type { Json, JsonObject } from '../json.ts';
import type { CheckedDeclaration, Findings, ResolvedDeclaration } from '../program.ts';
import { acceptValue } from './accept-value.ts';
import type { Kind } from './kind.ts';
import { encodeParams, pointer, type Places } from './encode-params.ts';
import { expectation } from './expectation.ts';
import { defaultsOf, propertyOf, type ParamSchema, type RecordSchema } from './schema.ts';

const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  useDefaults: true,
  strict: false,
  validateSchema: false,
  meta: false,
  addUsedSchema: false,
  // A validator is made to be used once or twice: making it is what takes time.
  code: { optimize: false },
});
const validators = new WeakMap<RecordSchema, Map<string, ValidateFunction>>();

/**
 * Checks a declaration's parameters against the schema of its kind. After it: they are what the schema says, with
 * defaults filled in, so that a default that is written out is the same as one that is not; and no input has a name.
 */
export function checkParams(declaration: ResolvedDeclaration, findings: Findings): CheckedDeclaration | undefined {
  const { item, kind } = declaration;
  const wrong: Diagnostic[] = [];
  const own: Findings = {
    add: (diagnostic) => {
      wrong.push(diagnostic);
      findings.add(diagnostic);
    },
  };
  for (const { key } of item.call.named) {
    const isInput = kind.inputs.some((input) => input.name === key.text);
    own.add(diagnose('named-input', key.span, { key: key.text, kind: kind.name, isInput }));
  }
  const encoded = encodeParams(item.body, kind.params, declaration.scope, own);
  const unread = new Set([...item.call.named.map(({ key }) => key.text), ...wrongEntries(item.body, wrong)]);
  const spanOf = spanFinder(encoded.places, item.body?.span ?? item.call.name.span);
  const completing: Completing = { kind: { ...kind, params: without(kind.params, unread) }, spanOf, findings: own };
  const read = Object.fromEntries(Object.entries(encoded.value).filter(([key]) => !unread.has(key)));
  const params = completeValue(read, { ...completing, at: item.call.name.span });
  const named = [...encoded.kinds].map(([at, of]) => ({ path: at.split('/').slice(1), of })).filter(({ path: [key = ''] }) => !unread.has(key));
  const completed = params && named.reduce((whole, { path, of }) => completeKind(whole, path, { ...completing, kind: of }), params);
  return wrong.length > 0 || completed === undefined ? undefined : { ...declaration, params: completed, spanOf };
}

/** The parameters in which something is wrong already: they are looked at no more, and the others are, so that one run tells all. */
function wrongEntries(body: RecordValue | undefined, wrong: readonly Diagnostic[]): string[] {
  const isIn = ({ file, start, end }: Span, { key, value }: Entry): boolean => file === key.span.file && start >= key.span.start && end <= value.span.end;
  const entries = (body?.entries ?? []).filter((entry) => wrong.some(({ span }) => span !== undefined && isIn(span, entry)));
  return entries.map(({ key }) => key.text);
}

/** A schema that misses none of some parameters. */
function without(schema: RecordSchema, keys: ReadonlySet<string>): RecordSchema {
  return keys.size === 0 ? schema : { ...schema, required: (schema.required ?? []).filter((key) => !keys.has(key)) };
}

interface Completing {
  readonly kind: Kind;
  readonly spanOf: SpanOf;
  readonly findings: Findings;
}

/** Checks parameters of a kind, and fills its defaults in; `undefined` where something is wrong, which has then been reported. */
function completeValue(given: JsonObject, { kind, spanOf, findings, at }: Completing & Pick<Reporting, 'at'>): JsonObject | undefined {
  const schema = schemaOfKeys(kind.params, Object.keys(given));
  const accepted = structuredClone(given);
  if (acceptValue(schema, accepted)) return { ...defaultsOf(kind.params), ...accepted };
  const value = structuredClone(given);
  const validate = validatorOf(kind.params, schema);
  if (validate(value)) return { ...defaultsOf(kind.params), ...value };
  reportErrors(validate.errors ?? [], { kind: kind.name, schema: kind.params, spanOf, at }, findings);
  return undefined;
}

/** The same of a kind that one of the parameters names, at a path. */
function completeKind(params: JsonObject, [key = '', ...rest]: readonly string[], completing: Completing): JsonObject {
  if (rest.length > 0) return { ...params, [key]: completeKind(params[key] as JsonObject, rest, completing) };
  const { $kind: name = '', ...given } = params[key] as JsonObject;
  const { spanOf } = completing;
  const own = completeValue(given, { ...completing, spanOf: (path, part) => spanOf([key, ...path], part), at: spanOf([key]) });
  return { ...params, [key]: { $kind: name, ...own } };
}

/**
 * A schema of the parameters that are there. Kinds may have dozens, of which a declaration names a few: compiling
 * the schemas of all of them would take longer than the rest of a plan.
 */
function schemaOfKeys(schema: RecordSchema, keys: readonly string[]): RecordSchema {
  const known = keys.filter((key) => Object.hasOwn(schema.properties, key)).sort();
  return { ...schema, properties: Object.fromEntries(known.map((key) => [key, schema.properties[key] as ParamSchema])) };
}

/** A validator for some of the parameters of a kind. */
function validatorOf(kind: RecordSchema, schema: RecordSchema): ValidateFunction {
  const ofKind = validators.get(kind) ?? new Map<string, ValidateFunction>();
  validators.set(kind, ofKind);
  const identity = Object.keys(schema.properties).join('\n');
  const validate = ofKind.get(identity) ?? ajv.compile(schema);
  ofKind.set(identity, validate);
  return validate;
}

type SpanOf = CheckedDeclaration['spanOf'];

function spanFinder(places: Places, whole: Span): SpanOf {
  return (path, part = 'value') => {
    for (let length = path.length; length > 0; length--) {
      const place = places.get(pointer(path.slice(0, length)));
      if (place !== undefined) return part === 'key' ? (place.key ?? place.value) : place.value;
    }
    return whole;
  };
}

interface Reporting {
  readonly kind: string;
  readonly schema: ParamSchema;
  readonly spanOf: SpanOf;
  /** Where a missing key is reported. */
  readonly at: Span;
}

/** Turns ajv's errors into ours: one a place, the most specific. */
function reportErrors(errors: readonly ErrorObject[], reporting: Reporting, findings: Findings): void {
  const done = new Set<string>();
  const kept = specific(errors);
  for (const error of kept) {
    const path = steps(error.instancePath);
    if (error.keyword === 'additionalProperties') {
      const key = String(error.params['additionalProperty']);
      const schema = path.length === 0 ? reporting.schema : (error.parentSchema as ParamSchema | undefined);
      const known = Object.keys((schema?.['properties'] ?? {})).filter((name) => !name.startsWith('$'));
      const of = typeof error.parentSchema?.['x-call'] === 'string' ? error.parentSchema['x-call'] : owner(path, reporting.kind);
      const span = reporting.spanOf([...path, key], 'key');
      if (!once(done, `${error.instancePath}/${key}`)) continue;
      const told = (of: 'x-known-as' | 'x-elsewhere') => (schema?.[of] as Readonly<Record<string, string>> | undefined)?.[key];
      const here = told('x-known-as');
      const suggestion = here === undefined ? (told('x-elsewhere') ?? didYouMean(key, known)) : `here it is \`${here}\``;
      findings.add(diagnose('unknown-key', span, { key, of, known, suggestion }));
    } else if (error.keyword === 'required') {
      const key = String(error.params['missingProperty']);
      if (isMisspelt(key, error, kept) || !once(done, `${error.instancePath}/${key}`)) continue;
      const span = path.length === 0 ? reporting.at : reporting.spanOf(path);
      const schema = path.length === 0 ? reporting.schema : (error.parentSchema as ParamSchema | undefined);
      const wanted = propertyOf((schema?.['properties'] ?? {}) as Record<string, ParamSchema>, key);
      const constructor = error.parentSchema?.['x-call'] as string | undefined;
      const of = constructor ?? owner(path, reporting.kind);
      findings.add(diagnose('missing-key', span, { key, of, isCall: constructor !== undefined, expected: expectation(wanted ?? {}) }));
    } else {
      if (!once(done, error.instancePath)) continue;
      const wanted = (error.parentSchema ?? {}) as ParamSchema;
      const expected = error.keyword === 'minItems' ? 'a list that is not empty' : expectation(wanted);
      findings.add(diagnose('wrong-value', reporting.spanOf(path), { name: owner(path, reporting.kind), expected, ...(error.keyword === 'minItems' ? {} : { found: shown(error.data as Json) }) }));
    }
  }
}

/** Whether a missing key is there, misspelt: its unknown spelling is reported. */
function isMisspelt(key: string, missing: ErrorObject, errors: readonly ErrorObject[]): boolean {
  return errors.some(
    (error) => error.keyword === 'additionalProperties' && error.instancePath === missing.instancePath && nearest(String(error.params['additionalProperty']), [key]) === key,
  );
}

function once(done: Set<string>, place: string): boolean {
  if (done.has(place)) return false;
  done.add(place);
  return true;
}

/**
 * Of the errors under an `anyOf`, keeps those of the one branch whose shape fits; if none or several fit, the `anyOf`
 * itself.
 */
function specific(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf');
  let kept = errors.filter((error) => error.keyword !== 'anyOf' && !unions.some((union) => isUnder(error, union)));
  for (const union of unions) {
    if (unions.some((outer) => outer !== union && isUnder(union, outer))) continue;
    const under = errors.filter((error) => error !== union && isUnder(error, union));
    const branches = new Map<string, ErrorObject[]>();
    for (const error of under) {
      const branch = /^\/anyOf\/\d+/.exec(error.schemaPath.slice(pathOf(union).length))?.[0] ?? '';
      branches.set(branch, [...(branches.get(branch) ?? []), error]);
    }
    const fitting = [...branches.values()].filter((branch) => branch.every((error) => !isShape(error, union)));
    kept = [...kept, ...(fitting.length === 1 && fitting[0] !== undefined ? specific(fitting[0]) : [union])];
  }
  return kept;
}

function pathOf(union: ErrorObject): string {
  return union.schemaPath.replace(/\/anyOf$/, '');
}

function isUnder(error: ErrorObject, union: ErrorObject): boolean {
  return error !== union && error.schemaPath.startsWith(`${union.schemaPath}/`) && error.instancePath.startsWith(union.instancePath);
}

/** Whether an error says that the value is of another form altogether, not that it is out of bounds. */
function isShape(error: ErrorObject, union: ErrorObject): boolean {
  if (error.instancePath === union.instancePath) {
    const missing = String(error.params['missingProperty'] ?? '');
    return error.keyword === 'type' || error.keyword === 'enum' || (error.keyword === 'required' && missing.startsWith('$'));
  }
  // What is inside an argument has a form of its own.
  const isOwn = error.instancePath.lastIndexOf('/') === union.instancePath.length;
  return isOwn && (error.keyword === 'const' || error.instancePath.endsWith('/$call'));
}

function steps(instancePath: string): string[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .filter((step) => !step.startsWith('$'));
}

function owner(path: readonly string[], kind: string): string {
  const names = path.filter((step) => !/^\d+$/.test(step));
  return names[names.length - 1] ?? kind;
}

function shown(value: Json): string {
  if (value === null) return '`none`';
  if (typeof value === 'number' || typeof value === 'boolean') return `\`${value}\``;
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'a list';
  const encoded = value as JsonObject;
  if (typeof encoded['$call'] === 'string') return `\`${encoded['$call']}\``;
  if (typeof encoded['$column'] === 'string') return `\`${encoded['$column']}\``;
  if ('$range' in encoded) return 'a range';
  return '$quantity' in encoded ? 'a number with a unit' : 'a block';
}
