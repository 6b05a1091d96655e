import { diagnose, didYouMean, type CallValue, type DeclarationKeyword, type Entry, type RangeValue, type RecordValue, type Span, type Unit, type Value, type WordValue } from '../../grammar/index.ts';
import type { Json } from '../json.ts';
import type { Findings, Scope } from '../program.ts';
import { shiftDecimal } from '../params/shift-decimal.ts';
import { findParam, plainString, sqlPieces } from '../params/string-pieces.ts';
import { readVariable, variableOf } from '../params/variable.ts';
import { encodeType } from './encode-type.ts';
import { expectation } from './expectation.ts';
import type { Kind, Registry } from './kind.ts';
import { loneItem } from './lone-item.ts';
import { alternatives, propertyOf, type ParamSchema } from './schema.ts';

/** Parameters as plain JSON, with the places that they came from. */
export interface EncodedParams {
  readonly value: Readonly<Record<string, Json>>;
  readonly places: Places;
  /** Kinds that parameters name, by the JSON pointers of these; their own parameters are still to be checked. */
  readonly kinds: ReadonlyMap<string, Kind>;
}

/** Spans by JSON pointer. */
export type Places = ReadonlyMap<string, { readonly key?: Span; readonly value: Span }>;

interface Encoder extends Pick<Scope, 'params' | 'environment'> {
  readonly findings: Findings;
  readonly places: Map<string, { key?: Span; value: Span }>;
  /** Those that the file can name. */
  readonly registry: Registry;
  readonly kinds: Map<string, Kind>;
  /** The names of the parameters that stand beside each other in the declaration. */
  readonly keys: readonly string[];
}

/**
 * Encodes a declaration's parameters by the schema of its kind: the schema decides whether a bare word is an enum
 * value, a typed constructor, a column or a param. Values that fit nothing are encoded as they look, for the schema's
 * check to report.
 */
export function encodeParams(body: RecordValue | undefined, schema: ParamSchema, { params, environment, kinds: registry }: Scope, findings: Findings): EncodedParams {
  const encoder: Encoder = { params, environment, findings, places: new Map(), registry, kinds: new Map(), keys: Object.keys(schema['properties'] ?? {}) };
  const value = body === undefined ? {} : encodeEntries(body.entries, schema, '', encoder);
  return { value, places: encoder.places, kinds: encoder.kinds };
}

/** A path as a JSON pointer (RFC 6901). */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function encodeEntries(entries: readonly Entry[], schema: ParamSchema, at: string, encoder: Encoder): Record<string, Json> {
  const record = alternatives(schema).find((one) => one['x-record'] === true);
  const properties = (record?.['properties'] ?? {}) as Readonly<Record<string, ParamSchema>>;
  const others = typeof record?.['additionalProperties'] === 'object' ? (record['additionalProperties'] as ParamSchema) : {};
  const encoded = new Map<string, Json>();
  const first = new Map<string, Span>();
  for (const entry of entries) {
    const key = entry.key.text;
    const earlier = first.get(key);
    if (earlier !== undefined) {
      encoder.findings.add(diagnose('duplicate-key', entry.key.span, { key }, [{ span: earlier, message: 'given here first' }]));
      continue;
    }
    first.set(key, entry.key.span);
    const here = at + pointer([key]);
    const property = propertyOf(properties, key);
    // What stands under a key that does not exist means nothing: the schema's check reports the key alone.
    const value = property === undefined && record?.['additionalProperties'] === false ? null : encodeValue(entry.value, property ?? others, here, encoder);
    if (value !== undefined) encoded.set(key, value);
    encoder.places.set(here, { key: entry.key.span, value: entry.value.span });
  }
  return Object.fromEntries(encoded);
}

/** `undefined` when the value is wrong in itself, which has then been reported. */
function encodeValue(value: Value, schema: ParamSchema, at: string, encoder: Encoder): Json | undefined {
  if (!encoder.places.has(at)) encoder.places.set(at, { value: value.span });
  const options = alternatives(schema);
  if (options.some((one) => one['x-secret'] === true) && value.kind !== 'none') return encodeSecret(value, encoder.findings);
  if (options.some((one) => one['x-type'] === true)) {
    return encodeType(value, encoder.params, encoder.findings);
  }
  const lone = loneItem(value, options, encoder.params);
  if (lone !== undefined) {
    encoder.findings.add(diagnose('lone-item', value.span, { item: lone }));
    return undefined;
  }
  switch (value.kind) {
    case 'number':
      return encodeNumber(value.value, value.unit);
    case 'string': {
      if (options.some((one) => one['x-condition'] === true)) {
        return sqlPieces(value, encoder.params, encoder.findings)?.map((piece) => piece.text).join('');
      }
      const text = plainString(value, encoder.params, encoder.findings);
      // A name that is no identifier stands in quotes, also where it is a column's.
      return text !== undefined && options.some((one) => one['x-column'] === true) && !options.some((one) => one['type'] === 'string')
        ? { $column: text }
        : text;
    }
    case 'boolean':
      return value.value;
    case 'none':
      return null;
    case 'word-value':
      return encodeWord(value, options, at, encoder);
    case 'interpolation':
      return findParam(value.name, encoder.params, encoder.findings)?.value;
    case 'call':
      return encodeCall(value, options, at, encoder);
    case 'range':
      return encodeRange(value, options, at, encoder);
    case 'list': {
      const items = options.find((one) => one['type'] === 'array')?.['items'] as ParamSchema | undefined;
      const encoded = value.items.map((item, index) => encodeValue(item, items ?? {}, at + pointer([index]), encoder));
      return encoded.filter((item) => item !== undefined);
    }
    case 'record':
      return encodeEntries(value.entries, schema, at, encoder);
    case 'reference':
      encoder.findings.add(diagnose('declaration-as-value', value.span, { name: value.name.text }));
      return undefined;
    case 'optional':
      encoder.findings.add(diagnose('type-as-value', value.span, {}));
      return undefined;
  }
}

/** A credential is the name of the variable that holds it; its value is read when the step runs, and nowhere else. */
function encodeSecret(value: Value, findings: Findings): Json | undefined {
  const name = value.kind === 'call' ? variableOf(value, 'secret') : undefined;
  if (name !== undefined) return { $secret: name };
  const isSecret = value.kind === 'call' && value.name.text === 'secret';
  findings.add(isSecret ? diagnose('variable-name', value.span, { call: 'secret' }) : diagnose('credential-expected', value.span, {}));
  return undefined;
}

/** What a unit is in seconds or bytes: a power of ten, by which a decimal fraction is exactly moved, or a whole number. */
const QUANTITIES: Readonly<Record<Exclude<Unit, '%'>, { readonly unit: 's' | 'B'; readonly power?: number; readonly times?: number }>> = {
  ms: { unit: 's', power: -3 },
  s: { unit: 's' },
  m: { unit: 's', times: 60 },
  h: { unit: 's', times: 3600 },
  d: { unit: 's', times: 86_400 },
  w: { unit: 's', times: 604_800 },
  B: { unit: 'B' },
  kB: { unit: 'B', power: 3 },
  KB: { unit: 'B', power: 3 },
  MB: { unit: 'B', power: 6 },
  GB: { unit: 'B', power: 9 },
  KiB: { unit: 'B', times: 2 ** 10 },
  MiB: { unit: 'B', times: 2 ** 20 },
  GiB: { unit: 'B', times: 2 ** 30 },
};

function encodeNumber(value: number, written: Unit | undefined): Json {
  if (written === undefined) return value;
  if (written === '%') return shiftDecimal(value, -2);
  const { unit, power = 0, times = 1 } = QUANTITIES[written];
  return { $quantity: shiftDecimal(value, power) * times, unit };
}

function encodeRange(range: RangeValue, options: readonly ParamSchema[], at: string, encoder: Encoder): Json | undefined {
  const of = options.find((one) => one['x-range'] !== undefined)?.['x-range'] as ParamSchema | undefined;
  const ends = [range.low, range.high].map((end) => (end === undefined ? null : encodeValue(end, of ?? {}, at, encoder)));
  const [low, high] = ends;
  if (low === undefined || high === undefined) return undefined;
  const words = alternatives(of).flatMap((one) => (one['x-words'] as readonly string[] | undefined) ?? []);
  if (rank(low, words) > rank(high, words)) {
    encoder.findings.add(diagnose('empty-range', range.span, {}));
    return undefined;
  }
  return { $range: [low, high] };
}

/** Where an end of a range stands among the others; NaN, which compares with nothing, for one that is open or wrong. */
function rank(end: Json, words: readonly string[]): number {
  if (typeof end === 'number') return end;
  if (typeof end === 'string' && words.includes(end)) return words.indexOf(end);
  const quantity = typeof end === 'object' && end !== null && '$quantity' in end ? end.$quantity : undefined;
  return typeof quantity === 'number' ? quantity : NaN;
}

function encodeWord({ text, span }: WordValue, options: readonly ParamSchema[], at: string, encoder: Encoder): Json | undefined {
  const words = options.flatMap((one) => (one['x-words'] as readonly string[] | undefined) ?? []);
  if (words.includes(text)) return text;
  const calls = options.flatMap((one) => (typeof one['x-call'] === 'string' ? [one['x-call']] : []));
  if (calls.includes(text)) return { $call: text };
  const keyword = keywordOf(options);
  if (keyword !== undefined && encoder.registry.has(text)) return encodeKind({ keyword, name: { text, span }, entries: [] }, at, encoder);
  if (options.some((one) => one['x-column'] === true)) return { $column: text };
  const param = encoder.params.get(text);
  if (param !== undefined) return param.value;
  const suggestion = ownParameter(text, encoder) ?? didYouMean(text, [...words, ...calls, ...learning(keyword, encoder), ...encoder.params.keys()]);
  encoder.findings.add(diagnose('unknown-word', span, { word: text, expected: expected(options), suggestion }));
  return undefined;
}

/** What to do with the name of a parameter where a value is expected. */
function ownParameter(name: string, { keys }: Encoder): string | undefined {
  return keys.includes(name) ? `\`${name}\` is a parameter: write \`${name}: …\` beside the others` : undefined;
}

/** What a place takes, in words; nothing where the key itself is unknown. */
function expected(options: readonly ParamSchema[]): string | undefined {
  return options.some((one) => Object.keys(one).length > 0) ? expectation({ anyOf: options }) : undefined;
}

function encodeCall(call: CallValue, options: readonly ParamSchema[], at: string, encoder: Encoder): Json | undefined {
  const name = call.name.text;
  const schema = options.find((one) => one['x-call'] === name);
  const keyword = keywordOf(options);
  if (schema === undefined && keyword !== undefined) {
    const [first] = call.args;
    if (first === undefined || !learning(keyword, encoder).includes(name)) return encodeKind({ keyword, name: call.name, entries: call.named }, at, encoder);
    encoder.findings.add(diagnose('kind-with-inputs', first.span, { kind: name }));
    return undefined;
  }
  if (schema === undefined && name === 'env') return readVariable(call, encoder.environment, encoder.findings);
  if (schema === undefined && name === 'secret') {
    encoder.findings.add(diagnose('secret-not-credential', call.span, {}));
    return undefined;
  }
  if (schema === undefined) {
    const known = options.flatMap((one) => (typeof one['x-call'] === 'string' ? [one['x-call']] : []));
    encoder.findings.add(diagnose('unknown-constructor', call.name.span, { name, expected: expected(options), suggestion: ownParameter(name, encoder) ?? didYouMean(name, known) }));
    return undefined;
  }
  const names = schema['x-arguments'] as readonly string[];
  const properties = schema['properties'] as Readonly<Record<string, ParamSchema>>;
  const encoded = new Map<string, Json>([['$call', name]]);
  const put = (key: string, arg: Value): void => {
    const value = encodeValue(arg, propertyOf(properties, key) ?? {}, at + pointer([key]), encoder);
    if (value !== undefined) encoded.set(key, value);
  };
  call.args.forEach((arg, index) => {
    const key = names[index];
    if (key === undefined) {
      encoder.findings.add(diagnose('too-many-arguments', arg.span, { name, takes: names }));
      return;
    }
    put(key, arg);
  });
  for (const entry of call.named) {
    const key = entry.key.text;
    if (encoded.has(key)) {
      encoder.findings.add(diagnose('duplicate-key', entry.key.span, { key }));
      continue;
    }
    put(key, entry.value);
    encoder.places.set(at + pointer([key]), { key: entry.key.span, value: entry.value.span });
  }
  return Object.fromEntries(encoded);
}

/** The keyword whose kinds a place takes. */
function keywordOf(options: readonly ParamSchema[]): DeclarationKeyword | undefined {
  return options.map((one) => one['x-kind'] as DeclarationKeyword | undefined).find((keyword) => keyword !== undefined);
}

/** The kinds of a keyword that take features and nothing else. */
function learning(keyword: DeclarationKeyword | undefined, { registry }: Encoder): string[] {
  return [...registry.values()].filter((kind) => kind.keyword === keyword && keyword !== undefined && kind.inputs.length === 1 && kind.inputs[0]?.accepts.includes('features') === true).map(({ name }) => name);
}

interface NamedKind {
  readonly keyword: DeclarationKeyword;
  readonly name: { readonly text: string; readonly span: Span };
  readonly entries: readonly Entry[];
}

function encodeKind({ keyword, name: { text: name, span }, entries }: NamedKind, at: string, encoder: Encoder): Json | undefined {
  const known = learning(keyword, encoder);
  const kind = encoder.registry.get(name);
  if (kind === undefined || !known.includes(name)) {
    encoder.findings.add(diagnose('unfit-kind', span, { name, keyword, kinds: known, suggestion: didYouMean(name, known) }));
    return undefined;
  }
  encoder.kinds.set(at, kind);
  return { $kind: name, ...encodeEntries(entries, kind.params, at, encoder) };
}
