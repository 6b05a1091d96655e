import { diagnose, didYouMean, type CallValue, type Value } from '../../grammar/index.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Findings } from '../program.ts';

const TYPE_NAMES = ['int', 'float', 'decimal', 'bool', 'string', 'date', 'time', 'timestamp', 'list', 'struct'];

/** Encodes a type, `int(where: "distance > 0")?`, as `{ $type, nullable, … }`. */
export function encodeType(value: Value, findings: Findings): JsonObject | undefined {
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
    const details = encodeArguments(inner, findings);
    return details === undefined ? undefined : { $type: inner.name.text, nullable, ...details };
  }
  findings.add(diagnose('wrong-value', value.span, { name: 'a column of `schema`', expected: `a type: ${TYPE_NAMES.join(', ')}` }));
  return undefined;
}

function known(name: string, at: { readonly span: Value['span'] }, findings: Findings): boolean {
  if (TYPE_NAMES.includes(name)) return true;
  findings.add(diagnose('unknown-type', at.span, { name, known: TYPE_NAMES, suggestion: didYouMean(name, TYPE_NAMES) }));
  return false;
}

function encodeArguments(call: CallValue, findings: Findings): Record<string, Json> | undefined {
  const name = call.name.text;
  const details: Record<string, Json> = {};
  for (const entry of call.named) {
    const text = entry.value.kind === 'string' ? plainText(entry.value) : undefined;
    if (entry.key.text === 'where' && text !== undefined) {
      details['where'] = text;
    } else if (name === 'struct') {
      const field = encodeType(entry.value, findings);
      if (field === undefined) return undefined;
      details['fields'] = { ...(details['fields'] as JsonObject | undefined), [entry.key.text]: field };
    } else {
      const suggestion = didYouMean(entry.key.text, ['where']);
      findings.add(diagnose('unknown-key', entry.key.span, { key: entry.key.text, of: name, known: ['where'], suggestion }));
      return undefined;
    }
  }
  const numbers = call.args.flatMap((arg) => (arg.kind === 'number' && arg.unit === undefined ? [arg.value] : []));
  if (name === 'decimal' && call.args.length === 2 && numbers.length === 2) {
    return { ...details, precision: numbers[0] ?? 0, scale: numbers[1] ?? 0 };
  }
  if (name === 'list' && call.args.length === 1 && call.args[0] !== undefined) {
    const item = encodeType(call.args[0], findings);
    return item === undefined ? undefined : { ...details, item };
  }
  if (call.args.length > 0 || name === 'decimal' || name === 'list' || (name === 'struct' && !('fields' in details))) {
    findings.add(diagnose('type-arguments', call.span, { type: name }));
    return undefined;
  }
  return details;
}

function plainText(value: Extract<Value, { kind: 'string' }>): string | undefined {
  const texts = value.pieces.map((piece) => (piece.kind === 'text' ? piece.text : undefined));
  return texts.every((text) => text !== undefined) ? texts.join('') : undefined;
}
