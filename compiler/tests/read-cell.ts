import { diagnose, didYouMean, type NumberValue, type RecordValue, type Value } from '../../grammar/index.ts';
import { shiftDecimal } from '../params/shift-decimal.ts';
import { findParam, plainString } from '../params/string-pieces.ts';
import type { Findings, Params, ParamValue } from '../program.ts';
import { renderColumnType, type Column, type ColumnType } from '../types.ts';
import { readMoment } from './read-moment.ts';
import type { Cell } from './table-test.ts';

/** What the values of a test are understood by. */
export interface CellContext {
  readonly params: Params;
  readonly findings: Findings;
}

/** Reads a value as one of a column; `undefined` when it is none, which has then been reported. */
export function readCell(written: Value, column: Column, context: CellContext): Cell | undefined {
  const value = withParams(written, context);
  if (value === undefined) return undefined;
  if (value.kind === 'none' && column.nullable) return null;
  if (column.type.kind === 'list' && value.kind === 'list') return readList(value.items, column, column.type, context);
  if (column.type.kind === 'struct' && value.kind === 'record') return readStruct(value, column, column.type.fields, context);
  const text = value.kind === 'string' ? plainString(value, context.params, context.findings) : undefined;
  if (value.kind === 'string' && text === undefined) return undefined;
  const cell = text === undefined ? plainCell(value, column) : textCell(text, column);
  if (cell === undefined) context.findings.add(diagnose('wrong-value', written.span, { name: column.name, expected: expectedOf(column, value), found: foundText(value, text) }));
  return cell;
}

function plainCell(value: Value, { type, sql }: Column): Cell | undefined {
  if (value.kind === 'boolean') return type.kind === 'bool' ? value.value : undefined;
  if (value.kind !== 'number') return undefined;
  const digits = decimalText(value);
  switch (type.kind) {
    case 'int':
      return digits === undefined ? undefined : wholeText(digits, sql);
    case 'float':
      return digits;
    case 'decimal': {
      const [, whole = '', fraction = ''] = /^[+-]?0*(\d*)(?:\.(\d*?)0*)?$/.exec(digits ?? '-') ?? [];
      return digits !== undefined && !/e/i.test(digits) && whole.length <= type.precision - type.scale && fraction.length <= type.scale ? digits : undefined;
    }
    default:
      return undefined;
  }
}

function textCell(text: string, { type, sql }: Column): Cell | undefined {
  switch (type.kind) {
    case 'string':
    case 'other':
      return text;
    case 'date':
    case 'time':
    case 'timestamp':
      return readMoment(type.kind, text, sql);
    case 'float':
      return /^(NaN|-?Infinity)$/.test(text) ? text : undefined;
    default:
      return undefined;
  }
}

/** The digits of a number as written, a share as its fraction; `undefined` with another unit. */
function decimalText({ text, value, unit }: NumberValue): string | undefined {
  if (unit === '%') return String(shiftDecimal(value, -2));
  return unit === undefined ? text.replaceAll('_', '') : undefined;
}

/** A whole number within what its type holds. */
function wholeText(digits: string, sql: string): string | undefined {
  const value = Number(digits);
  const whole = /^[+-]?\d+$/.test(digits) ? BigInt(digits.replace(/^\+/, '')) : Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (whole === undefined) return undefined;
  const bits = BITS[sql.replace(/^U/, '')] ?? 64n;
  const [low, high] = sql.startsWith('U') ? [0n, 2n ** bits] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n)];
  return whole >= low && whole < high ? String(whole) : undefined;
}

const BITS: Readonly<Record<string, bigint>> = { TINYINT: 8n, SMALLINT: 16n, INTEGER: 32n, BIGINT: 64n, HUGEINT: 128n };

function readList(items: readonly Value[], { name, sql }: Column, { item, nullable }: Extract<ColumnType, { kind: 'list' }>, context: CellContext): Cell | undefined {
  const inner: Column = { name, type: item, nullable, sql: sql.replace(/\[\d*\]$/, '') };
  const cells = items.map((value) => readCell(value, inner, context));
  return cells.every((cell) => cell !== undefined) ? cells : undefined;
}

/** A field that is left out is null. */
function readStruct(value: RecordValue, { name }: Column, fields: readonly Column[], context: CellContext): Cell | undefined {
  const cells: Record<string, Cell> = Object.fromEntries(fields.map((field) => [field.name, null]));
  let sound = true;
  for (const { key, value: inner } of value.entries) {
    const field = fields.find((one) => one.name.toLowerCase() === key.text.toLowerCase());
    const known = fields.map((one) => one.name);
    if (field === undefined) context.findings.add(diagnose('unknown-key', key.span, { key: key.text, of: name, known, suggestion: didYouMean(key.text, known) }));
    const cell = field === undefined ? undefined : readCell(inner, field, context);
    if (field === undefined || cell === undefined) sound = false;
    else cells[field.name] = cell;
  }
  return sound ? cells : undefined;
}

/** The value with the params that it names put in. */
function withParams(value: Value, { params, findings }: CellContext): Value | undefined {
  if (value.kind === 'interpolation') {
    const param = findParam(value.name, params, findings);
    return param === undefined ? undefined : literal(param.value, value);
  }
  if (value.kind !== 'word-value') return value;
  const param = params.get(value.text);
  if (param !== undefined) return literal(param.value, value);
  findings.add(diagnose('unknown-word', value.span, { word: value.text, expected: undefined, suggestion: didYouMean(value.text, params.keys()) }));
  return undefined;
}

/** The value of a param as if it stood there itself. */
function literal(value: ParamValue, { span }: Value): Value {
  if (value === null) return { kind: 'none', span };
  if (typeof value === 'number') return { kind: 'number', span, text: String(value), value };
  if (typeof value === 'boolean') return { kind: 'boolean', span, value };
  if (typeof value === 'string') return { kind: 'string', span, raw: false, pieces: [{ kind: 'text', span, text: value }] };
  return { kind: 'list', span, items: value.map((item) => literal(item, { kind: 'none', span })) };
}

function expectedOf({ type, nullable, sql }: Column, found: Value): string {
  const isWhole = found.kind === 'number' && /^[+-]?[\d_]+$/.test(found.text);
  const expected = type.kind === 'int' && isWhole ? `a whole number that fits ${sql}` : EXPECTED[type.kind](type, sql);
  return `${expected}${nullable ? ' or `none`' : ''}`;
}

const EXPECTED: Readonly<Record<ColumnType['kind'], (type: ColumnType, sql: string) => string>> = {
  int: () => 'a whole number',
  float: () => 'a number',
  bool: () => '`true` or `false`',
  string: () => 'a text in quotes',
  date: () => 'a date such as `"2001-01-31"`',
  time: () => 'a time such as `"10:30"`',
  timestamp: (_type, sql) => (sql === 'TIMESTAMP WITH TIME ZONE' ? 'a timestamp such as `"2001-01-31 10:30Z"`' : 'a timestamp such as `"2001-01-31 10:30"`'),
  decimal: (type) => `a number that fits ${renderColumnType(type)}`,
  list: (type) => `a list of the type ${renderColumnType(type)}`,
  struct: (type) => `a block of the type ${renderColumnType(type)}`,
  other: (_type, sql) => `a text that SQL can cast to ${sql}`,
};

/** What stands there, in words. */
function foundText(value: Value, text: string | undefined): string {
  if (text !== undefined) return `the text ${JSON.stringify(text)}`;
  switch (value.kind) {
    case 'number':
      return value.text;
    case 'boolean':
      return `\`${value.value}\``;
    case 'none':
      return '`none`';
    case 'list':
      return 'a list';
    case 'record':
      return 'a block';
    case 'range':
      return 'a range';
    default:
      return 'something that is no literal';
  }
}
