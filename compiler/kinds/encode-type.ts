import { diagnose, didYouMean, type CallValue, type Value } from '../../grammar/index.ts';
import type { Json, JsonObject } from '../json.ts';
import { sqlPieces } from '../params/string-pieces.ts';
import type { Findings, Params } from '../program.ts';

const TYPE_NAMES = ['int', 'float', 'decimal', 'bool', 'string', 'date', 'time', 'timestamp', 'list', 'struct'];

/** Encodes a type, `int(where: "distance > 0")?`, as `{ $type, nullable, … }`; params in conditions are SQL literals. */
export function encodeType(value: Value, params: Params, findings: Findings): JsonObject | undefined {
  return encodeTypeIn(value, { params, findings });
}

interface Encoding {
  readonly params: Params;
  readonly findings: Findings;
}

function encodeTypeIn(value: Value, encoding: Encoding): JsonObject | undefined {
  const { findings } = encoding;
  const nullable = value.kind === 'optional';
  const inner = nullable ? value.inner : value;
  if (inner.kind === 'word-value') {
    if (!known(inner.text, inner, findings)) return undefined;
    if (inner.text === 'decimal' || inner.text === 'list' || inner.text === 'struct') {
      findings.add(diagnose('type-arguments', inner.span, { type: inner.text }));
      return undefined;
    }
    return { $type: inner.text, nullable };
  }
  if (inner.kind === 'call') {
    if (!known(inner.name.text, inner.name, findings)) return undefined;
    const details = encodeArguments(inner, encoding);
    return details === undefined ? undefined : { $type: inner.name.text, nullable, ...details };
  }
  findings.add(diagnose('unknown-type', value.span, { name: '', known: TYPE_NAMES, suggestion: undefined }));
  return undefined;
}

function known(name: string, at: { readonly span: Value['span'] }, findings: Findings): boolean {
  if (TYPE_NAMES.includes(name)) return true;
  findings.add(diagnose('unknown-type', at.span, { name, known: TYPE_NAMES, suggestion: didYouMean(name, TYPE_NAMES) }));
  return false;
}

function encodeArguments(call: CallValue, encoding: Encoding): JsonObject | undefined {
  const { findings } = encoding;
  const type = call.name.text;
  // A struct may have a field that is called `where`; a condition is a text, which no type is.
  const conditions = call.named.filter((entry) => entry.key.text === 'where' && (type !== 'struct' || entry.value.kind === 'string'));
  const others = call.named.filter((entry) => !conditions.includes(entry));
  const fields = type === 'struct' ? others : [];
  const unknown = type === 'struct' ? undefined : others[0];
  if (unknown !== undefined) {
    const key = unknown.key.text;
    findings.add(diagnose('unknown-key', unknown.key.span, { key, of: type, known: ['where'], suggestion: didYouMean(key, ['where']) }));
    return undefined;
  }
  const [condition, second] = conditions;
  if (second !== undefined) {
    findings.add(diagnose('duplicate-key', second.key.span, { key: 'where' }));
    return undefined;
  }
  const where = condition === undefined ? {} : encodeCondition(condition.value, encoding);
  const inside = encodeInside(call, fields, encoding);
  return where === undefined || inside === undefined ? undefined : { ...where, ...inside };
}

function encodeCondition(value: Value, { params, findings }: Encoding): JsonObject | undefined {
  if (value.kind !== 'string') {
    findings.add(diagnose('wrong-value', value.span, { name: 'where', expected: 'a condition in quotes, such as `"distance > 0"`' }));
    return undefined;
  }
  const pieces = sqlPieces(value, params, findings);
  return pieces && { where: pieces.map((piece) => piece.text).join('') };
}

/** What a type is made of: the item of a list, the fields of a struct, the digits of a decimal. */
function encodeInside(call: CallValue, fields: CallValue['named'], encoding: Encoding): Record<string, Json> | undefined {
  const [first, second] = call.args;
  switch (call.name.text) {
    case 'decimal':
      if (call.args.length === 2 && first?.kind === 'number' && second?.kind === 'number' && areDigits(first.value, second.value)) {
        return { precision: first.value, scale: second.value };
      }
      break;
    case 'list':
      if (call.args.length === 1 && first !== undefined) {
        const item = encodeInner(first, encoding);
        return item && { item };
      }
      break;
    case 'struct':
      if (call.args.length === 0 && fields.length > 0) {
        const encoded = fields.map((entry) => [entry.key.text, encodeInner(entry.value, encoding)] as const);
        const whole = encoded.flatMap(([key, type]) => (type === undefined ? [] : [[key, type] as const]));
        return whole.length < encoded.length ? undefined : { fields: Object.fromEntries(whole) };
      }
      break;
    default:
      if (call.args.length === 0) return {};
  }
  encoding.findings.add(diagnose('type-arguments', call.span, { type: call.name.text }));
  return undefined;
}

/** DuckDB has 38 digits. */
function areDigits(precision: number, scale: number): boolean {
  return Number.isInteger(precision) && Number.isInteger(scale) && precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
}

/** The type of an item or a field: a condition is of a whole row, so it stands at the column. */
function encodeInner(value: Value, encoding: Encoding): JsonObject | undefined {
  const encoded = encodeTypeIn(value, encoding);
  if (encoded?.['where'] === undefined) return encoded;
  encoding.findings.add(diagnose('inner-where', value.span, {}));
  return undefined;
}
