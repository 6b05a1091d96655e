import { diagnose, didYouMean, type ParamItem, type Span, type Value } from '../../grammar/index.ts';
import type { BoundParam, Findings, Params, ParamType, ParamValue } from '../program.ts';
import { shiftDecimal } from './shift-decimal.ts';

/** Values given from outside, `--param name=value`, as text. */
export type GivenParams = Readonly<Record<string, string>>;

interface Declared {
  readonly type: ParamType;
  readonly low?: number;
  readonly high?: number;
  /** Of the members of a list. */
  readonly item?: Declared;
}

/**
 * Gives every `param` its value: the one from outside, else its default. After it: each bound param has a value of its
 * declared type, within its bounds; one whose value was wrong, which has been reported, has another.
 */
export function bindParams(items: readonly ParamItem[], given: GivenParams, findings: Findings): Params {
  const params = new Map<string, BoundParam>();
  for (const item of items) {
    const { text } = item.name;
    const bound = bindParam(item, Object.hasOwn(given, text) ? given[text] : undefined, findings);
    if (bound !== undefined) params.set(text, bound);
  }
  const names = items.map((item) => item.name.text);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      findings.add(diagnose('unknown-param', undefined, { name, known: names, suggestion: didYouMean(name, names) }));
    }
  }
  return params;
}

function bindParam(item: ParamItem, given: string | undefined, findings: Findings): BoundParam | undefined {
  const name = item.name.text;
  const declared = item.type === undefined ? impliedType(item.value) : declaredType(item.type, findings);
  if (declared === undefined) {
    if (item.type === undefined) findings.add(diagnose('param-without-type', item.name.span, { name }));
    return undefined;
  }
  if (given !== undefined) {
    const value = fromText(given, declared);
    if (value !== undefined) return { name, type: declared.type, value };
    findings.add(diagnose('param-value', item.name.span, { name, expected: describe(declared), found: given }));
    return { name, type: declared.type, value: standIn(declared) };
  }
  if (item.value === undefined) {
    findings.add(diagnose('param-missing', item.name.span, { name, expected: describe(declared) }));
    return { name, type: declared.type, value: standIn(declared) };
  }
  const value = fromValue(item.value);
  if (value !== undefined && fits(value, declared)) return { name, type: declared.type, value };
  findings.add(diagnose('wrong-value', item.value.span, { name, expected: describe(declared) }));
  return { name, type: declared.type, value: standIn(declared) };
}

/** A value of the declared type, so that a param whose own value is wrong is reported once, and not wherever it is used. */
function standIn({ type, low, high }: Declared): ParamValue {
  switch (type) {
    case 'int':
    case 'float':
      return low ?? high ?? 1;
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'list':
      return [];
  }
}

const SCALAR_TYPES = ['int', 'float', 'bool', 'string'] as const;

function declaredType(type: Value, findings: Findings): Declared | undefined {
  const name = type.kind === 'word-value' ? type.text : type.kind === 'call' ? type.name.text : '';
  const scalar = SCALAR_TYPES.find((known) => known === name);
  if (scalar === undefined) {
    const span: Span = type.kind === 'call' ? type.name.span : type.span;
    findings.add(diagnose('unknown-type', span, { name, known: [...SCALAR_TYPES], suggestion: didYouMean(name, SCALAR_TYPES) }));
    return undefined;
  }
  if (type.kind !== 'call') return { type: scalar };
  const [range, second] = type.args;
  const surplus = second ?? type.named[0];
  if (surplus !== undefined) findings.add(diagnose('too-many-arguments', surplus.span, { name: scalar, takes: ['low..high'] }));
  if (range === undefined) return { type: scalar };
  if (range.kind !== 'range' || scalar === 'bool' || scalar === 'string') {
    findings.add(diagnose('wrong-value', range.span, { name: scalar, expected: 'a range of numbers, such as `0..10`' }));
    return { type: scalar };
  }
  const low = range.low?.kind === 'number' ? range.low.value : undefined;
  const high = range.high?.kind === 'number' ? range.high.value : undefined;
  return { type: scalar, ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
}

function impliedType(value: Value | undefined): Declared | undefined {
  switch (value?.kind) {
    case 'number':
      if (value.unit !== undefined) return value.unit === '%' ? { type: 'float' } : undefined;
      return { type: Number.isInteger(value.value) && !/[.e]/i.test(value.text) ? 'int' : 'float' };
    case 'string':
      return { type: 'string' };
    case 'boolean':
      return { type: 'bool' };
    case 'list': {
      const item = impliedType(value.items[0]);
      return { type: 'list', ...(item === undefined ? {} : { item }) };
    }
    default:
      return undefined;
  }
}

function fromValue(value: Value): ParamValue | undefined {
  switch (value.kind) {
    case 'number':
      return value.unit === '%' ? shiftDecimal(value.value, -2) : value.unit === undefined ? value.value : undefined;
    case 'string':
      return value.pieces.every((piece) => piece.kind === 'text') ? value.pieces.map((piece) => piece.text).join('') : undefined;
    case 'boolean':
      return value.value;
    case 'list': {
      const items = value.items.map(fromValue);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    default:
      return undefined;
  }
}

function fromText(text: string, declared: Declared): ParamValue | undefined {
  let value: ParamValue | undefined;
  switch (declared.type) {
    case 'string':
      value = text;
      break;
    case 'bool':
      value = text === 'true' ? true : text === 'false' ? false : undefined;
      break;
    case 'int':
    case 'float':
      value = /^[+-]?\d[\d_]*(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text.replaceAll('_', '')) : undefined;
      break;
    case 'list':
      value = listFromText(text, declared.item ?? { type: 'string' });
      break;
  }
  return value !== undefined && fits(value, declared) ? value : undefined;
}

function listFromText(text: string, item: Declared): ParamValue | undefined {
  const items = text.split(',').map((part) => fromText(part.trim(), item));
  return items.every((one) => one !== undefined) ? items : undefined;
}

function fits(value: ParamValue, { type, low, high }: Declared): boolean {
  switch (type) {
    case 'int':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= (low ?? value) && value <= (high ?? value);
    case 'float':
      return typeof value === 'number' && Number.isFinite(value) && value >= (low ?? value) && value <= (high ?? value);
    case 'bool':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value);
  }
}

function describe({ type, low, high }: Declared): string {
  const bounds = low === undefined && high === undefined ? '' : ` in ${low ?? ''}..${high ?? ''}`;
  switch (type) {
    case 'int':
      return `a whole number${bounds}`;
    case 'float':
      return `a number${bounds}`;
    case 'bool':
      return 'true or false';
    case 'string':
      return 'a text';
    case 'list':
      return 'a list';
  }
}

/** A param's value as an SQL expression of its declared type. */
export function sqlLiteral({ type, value }: BoundParam): string {
  switch (type) {
    case 'int':
      return `CAST(${String(value)} AS BIGINT)`;
    case 'float':
      return `CAST('${String(value)}' AS DOUBLE)`;
    case 'bool':
      return value === true ? 'TRUE' : 'FALSE';
    case 'string':
      return `'${String(value).replaceAll("'", "''")}'`;
    case 'list':
      return `[${(value as readonly ParamValue[]).map(listItem).join(', ')}]`;
  }
}

function listItem(value: ParamValue): string {
  if (typeof value === 'string') return sqlLiteral({ name: '', type: 'string', value });
  if (typeof value === 'number') return sqlLiteral({ name: '', type: Number.isInteger(value) ? 'int' : 'float', value });
  if (typeof value === 'boolean') return sqlLiteral({ name: '', type: 'bool', value });
  return sqlLiteral({ name: '', type: 'list', value });
}
