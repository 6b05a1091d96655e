import { diagnose, didYouMean, type CallValue, type Value } from '../../grammar/index.ts';
import type { Findings, ParamType, ParamValue, ScalarType } from '../program.ts';

/** The type of a param with the bounds of its numbers. */
export type Declared = DeclaredScalar | DeclaredList;

/** Bounds are inclusive. */
export interface DeclaredScalar {
  readonly kind: ScalarType;
  readonly nullable?: boolean;
  readonly low?: number;
  readonly high?: number;
}

/** `item` is absent where nothing says what the list holds: a default that is empty. */
export interface DeclaredList {
  readonly kind: 'list';
  readonly nullable?: boolean;
  readonly item?: Declared;
}

const SCALARS = ['int', 'float', 'bool', 'string', 'date', 'timestamp'] as const satisfies readonly ScalarType[];
const KNOWN = [...SCALARS, 'list'];

/** Reads a type such as `int(0..10)?` or `list(string)`; `undefined` when it is none, which has then been reported. */
export function readType(type: Value, findings: Findings): Declared | undefined {
  if (type.kind === 'optional') {
    const inner = readType(type.inner, findings);
    return inner && { ...inner, nullable: true };
  }
  const name = type.kind === 'word-value' ? type.text : type.kind === 'call' ? type.name.text : '';
  if (name === 'list') return readList(type, findings);
  const scalar = SCALARS.find((known) => known === name);
  if (scalar !== undefined) return type.kind === 'call' ? { kind: scalar, ...readBounds(scalar, type, findings) } : { kind: scalar };
  const span = type.kind === 'call' ? type.name.span : type.span;
  findings.add(diagnose('unknown-type', span, { name, known: KNOWN, suggestion: didYouMean(name, KNOWN) }));
  return undefined;
}

function readList(type: Value, findings: Findings): Declared | undefined {
  const [item, second] = type.kind === 'call' ? [...type.args, ...type.named.map((entry) => entry.value)] : [];
  if (item === undefined || second !== undefined) {
    findings.add(diagnose('type-arguments', type.span, { type: 'list' }));
    return undefined;
  }
  const inner = readType(item, findings);
  return inner && { kind: 'list', item: inner };
}

function readBounds(scalar: ScalarType, { args, named }: CallValue, findings: Findings): Pick<DeclaredScalar, 'low' | 'high'> {
  const [range, second] = args;
  const surplus = second ?? named[0];
  if (surplus !== undefined) findings.add(diagnose('too-many-arguments', surplus.span, { name: scalar, takes: ['low..high'] }));
  if (range === undefined) return {};
  if (range.kind !== 'range' || (scalar !== 'int' && scalar !== 'float')) {
    const expected = scalar === 'int' || scalar === 'float' ? 'a range of numbers, such as `0..10`' : 'without bounds: only numbers have them';
    findings.add(diagnose('wrong-value', range.span, { name: scalar, expected }));
    return {};
  }
  const ends = [range.low, range.high].map((end) => (end?.kind === 'number' && end.unit === undefined ? end.value : undefined));
  const [low, high] = ends;
  if (low !== undefined && high !== undefined && low > high) findings.add(diagnose('empty-range', range.span, {}));
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
}

/** The type that a default has by itself. */
export function impliedType(value: Value | undefined): Declared | undefined {
  switch (value?.kind) {
    case 'number':
      if (value.unit !== undefined) return value.unit === '%' ? { kind: 'float' } : undefined;
      return { kind: Number.isInteger(value.value) && !/[.e]/i.test(value.text) ? 'int' : 'float' };
    case 'string':
      return { kind: 'string' };
    case 'boolean':
      return { kind: 'bool' };
    case 'list': {
      const items = value.items.map(impliedType);
      // `[1, 2.5]` holds floats.
      const item = items.find((one) => one?.kind === 'float') ?? items[0];
      return { kind: 'list', ...(item === undefined ? {} : { item }) };
    }
    case 'call':
      return value.name.text === 'env' ? { kind: 'string' } : undefined;
    default:
      return undefined;
  }
}

/** Whether a value is one of the type, within its bounds. */
export function fits(value: ParamValue, declared: Declared): boolean {
  if (value === null) return declared.nullable === true;
  if (declared.kind === 'list') {
    const { item } = declared;
    return Array.isArray(value) && (item === undefined || (value as readonly ParamValue[]).every((one) => fits(one, item)));
  }
  const { kind, low, high } = declared;
  switch (kind) {
    case 'int':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= (low ?? value) && value <= (high ?? value);
    case 'float':
      return typeof value === 'number' && Number.isFinite(value) && value >= (low ?? value) && value <= (high ?? value);
    case 'bool':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'date':
      return typeof value === 'string' && isDay(value);
    case 'timestamp':
      return typeof value === 'string' && isMoment(value);
  }
}

/** `2001-02-28`, a day that there was. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** `2001-02-28 13:30`, with seconds and up to six decimals of them, or none; without a time zone, which is UTC. */
function isMoment(text: string): boolean {
  const [, day, hour, minute, second] = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?)?$/.exec(text) ?? [];
  return day !== undefined && isDay(day) && Number(hour ?? 0) < 24 && Number(minute ?? 0) < 60 && Number(second ?? 0) < 60;
}

/** What a type accepts, in words. */
export function describeType(declared: Declared): string {
  const words = describeBare(declared);
  return declared.nullable === true ? `${words} or \`none\`` : words;
}

function describeBare(declared: Declared): string {
  if (declared.kind === 'list') return declared.item === undefined ? 'a list' : `a list with ${describeType(declared.item)} in each place`;
  const { kind, low, high } = declared;
  const bounds = low === undefined && high === undefined ? '' : ` in ${low ?? ''}..${high ?? ''}`;
  switch (kind) {
    case 'int':
      return `a whole number${bounds}`;
    case 'float':
      return `a number${bounds}`;
    case 'bool':
      return 'true or false';
    case 'string':
      return 'a text';
    case 'date':
      return 'a date such as `"2001-12-31"`';
    case 'timestamp':
      return 'a moment such as `"2001-12-31 13:30"`';
  }
}

/** A value of the declared type, so that a param whose own value is wrong is reported once, and not wherever it is used. */
export function standIn({ kind, ...bounds }: Declared): ParamValue {
  const { low, high } = bounds as Pick<DeclaredScalar, 'low' | 'high'>;
  switch (kind) {
    case 'int':
    case 'float':
      return low ?? high ?? 1;
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'date':
    case 'timestamp':
      return '2001-01-01';
    case 'list':
      return [];
  }
}

/** The type without its bounds. */
export function typeOf(declared: Declared): ParamType {
  const nullable = declared.nullable === true ? { nullable: true } : {};
  if (declared.kind !== 'list') return { kind: declared.kind, ...nullable };
  return { kind: 'list', ...nullable, ...(declared.item === undefined ? {} : { item: typeOf(declared.item) }) };
}
