import { diagnose, didYouMean, type CallValue, type Entry, type RecordValue, type Span, type StringValue, type Value } from '../../grammar/index.ts';
import type { Json } from '../json.ts';
import type { Findings, Params } from '../program.ts';
import type { ParamSchema } from './schema.ts';
import { encodeType } from './encode-type.ts';

/** Parameters as plain JSON, with the places that they came from. */
export interface EncodedParams {
  readonly value: Readonly<Record<string, Json>>;
  readonly places: Places;
}

/** Spans by JSON pointer. */
export type Places = ReadonlyMap<string, { readonly key?: Span; readonly value: Span }>;

interface Encoder {
  readonly params: Params;
  readonly findings: Findings;
  readonly places: Map<string, { key?: Span; value: Span }>;
}

/**
 * Encodes a declaration's parameters by the schema of its kind: the schema decides whether a bare word is an enum
 * value, a typed constructor, a column or a param. Values that fit nothing are encoded as they look, for the schema's
 * check to report.
 */
export function encodeParams(body: RecordValue | undefined, schema: ParamSchema, params: Params, findings: Findings): EncodedParams {
  const encoder: Encoder = { params, findings, places: new Map() };
  const value = body === undefined ? {} : encodeEntries(body.entries, schema, '', encoder);
  return { value, places: encoder.places };
}

/** A path as a JSON pointer (RFC 6901). */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The schemas that a value may satisfy, without the `anyOf` around them. */
export function alternatives(schema: ParamSchema | undefined): readonly ParamSchema[] {
  if (schema === undefined) return [];
  const any = schema['anyOf'] as readonly ParamSchema[] | undefined;
  return any === undefined ? [schema] : any.flatMap(alternatives);
}

function encodeEntries(entries: readonly Entry[], schema: ParamSchema, at: string, encoder: Encoder): Record<string, Json> {
  const record = alternatives(schema).find((one) => one['x-record'] === true);
  const properties = (record?.['properties'] ?? {}) as Readonly<Record<string, ParamSchema>>;
  const others = typeof record?.['additionalProperties'] === 'object' ? (record['additionalProperties'] as ParamSchema) : {};
  const encoded: Record<string, Json> = {};
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
    const value = encodeValue(entry.value, properties[key] ?? others, here, encoder);
    if (value !== undefined) encoded[key] = value;
    encoder.places.set(here, { key: entry.key.span, value: entry.value.span });
  }
  return encoded;
}

/** `undefined` when the value is wrong in itself, which has then been reported. */
function encodeValue(value: Value, schema: ParamSchema, at: string, encoder: Encoder): Json | undefined {
  if (!encoder.places.has(at)) encoder.places.set(at, { value: value.span });
  const options = alternatives(schema);
  if (options.some((one) => one['x-type'] === true)) {
    return encodeType(value, encoder.findings);
  }
  switch (value.kind) {
    case 'number':
      return encodeNumber(value.value, value.unit);
    case 'string':
      return stringOf(value, encoder.params, encoder.findings, String);
    case 'boolean':
      return value.value;
    case 'none':
      return null;
    case 'word-value':
      return encodeWord(value.text, value.span, options, encoder);
    case 'interpolation':
      return paramValue(value.name.text, value.name.span, encoder);
    case 'call':
      return encodeCall(value, options, at, encoder);
    case 'range': {
      const of = options.find((one) => one['x-range'] !== undefined)?.['x-range'] as ParamSchema | undefined;
      const ends = [value.low, value.high].map((end) =>
        end === undefined ? null : (encodeValue(end, of ?? {}, at, encoder) ?? null),
      );
      return { $range: ends };
    }
    case 'list': {
      const items = options.find((one) => one['type'] === 'array')?.['items'] as ParamSchema | undefined;
      return value.items.flatMap((item, index) => encodeValue(item, items ?? {}, at + pointer([index]), encoder) ?? []);
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

const SECONDS: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

function encodeNumber(value: number, unit: string | undefined): Json {
  if (unit === undefined) return value;
  if (unit === '%') return value / 100;
  const seconds = SECONDS[unit];
  return seconds === undefined ? { $quantity: value * (BYTES[unit] ?? 1), unit: 'B' } : { $quantity: value * seconds, unit: 's' };
}

function encodeWord(text: string, span: Span, options: readonly ParamSchema[], encoder: Encoder): Json | undefined {
  const words = options.flatMap((one) => (one['x-words'] as readonly string[] | undefined) ?? []);
  if (words.includes(text)) return text;
  const calls = options.flatMap((one) => (typeof one['x-call'] === 'string' ? [one['x-call']] : []));
  if (calls.includes(text)) return { $call: text };
  if (options.some((one) => one['x-column'] === true)) return { $column: text };
  const param = encoder.params.get(text);
  if (param !== undefined) return param.value;
  const known = [...words, ...calls, ...encoder.params.keys()];
  encoder.findings.add(diagnose('unknown-word', span, { word: text, known: [...words, ...calls], suggestion: didYouMean(text, known) }));
  return undefined;
}

function encodeCall(call: CallValue, options: readonly ParamSchema[], at: string, encoder: Encoder): Json | undefined {
  const name = call.name.text;
  const schema = options.find((one) => one['x-call'] === name);
  if (schema === undefined) {
    const known = options.flatMap((one) => (typeof one['x-call'] === 'string' ? [one['x-call']] : []));
    encoder.findings.add(diagnose('unknown-constructor', call.name.span, { name, known, suggestion: didYouMean(name, known) }));
    return undefined;
  }
  const names = schema['x-arguments'] as readonly string[];
  const properties = schema['properties'] as Readonly<Record<string, ParamSchema>>;
  const encoded: Record<string, Json> = { $call: name };
  call.args.forEach((arg, index) => {
    const key = names[index];
    if (key === undefined) {
      encoder.findings.add(diagnose('too-many-arguments', arg.span, { name, takes: names }));
      return;
    }
    const value = encodeValue(arg, properties[key] ?? {}, at + pointer([key]), encoder);
    if (value !== undefined) encoded[key] = value;
  });
  for (const entry of call.named) {
    const key = entry.key.text;
    if (key in encoded) {
      encoder.findings.add(diagnose('duplicate-key', entry.key.span, { key }));
      continue;
    }
    const value = encodeValue(entry.value, properties[key] ?? {}, at + pointer([key]), encoder);
    if (value !== undefined) encoded[key] = value;
    encoder.places.set(at + pointer([key]), { key: entry.key.span, value: entry.value.span });
  }
  return encoded;
}

function paramValue(name: string, span: Span, encoder: Encoder): Json | undefined {
  const param = encoder.params.get(name);
  if (param !== undefined) return param.value;
  const known = [...encoder.params.keys()];
  encoder.findings.add(diagnose('unknown-param-name', span, { name, suggestion: didYouMean(name, known) }));
  return undefined;
}

/** The text of a string, its interpolations filled in by `render`; `undefined` when one names no param. */
export function stringOf(
  value: StringValue,
  params: Params,
  findings: Findings,
  render: (value: Json) => string,
): string | undefined {
  const encoder: Encoder = { params, findings, places: new Map() };
  let complete = true;
  const texts = value.pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text;
    const found = paramValue(piece.name.text, piece.name.span, encoder);
    if (found === undefined) complete = false;
    return found === undefined ? '' : render(found);
  });
  return complete ? texts.join('') : undefined;
}
