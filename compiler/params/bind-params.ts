import { diagnose, type ParamItem, type Value } from '../../grammar/index.ts';
import type { BoundParam, Environment, Findings, Params, ParamValue } from '../program.ts';
import { paramVariable } from './param-variable.ts';
import { plainText } from './plain-text.ts';
import { valueFromText } from './read-text.ts';
import { shiftDecimal } from './shift-decimal.ts';
import { describeType, fits, impliedType, readType, standIn, typeOf, type Declared } from './types.ts';
import { readVariable, variableOf } from './variable.ts';

/** A value from outside, as text, and where it comes from, for messages: `--param`, or the name of a variable. */
export interface GivenValue {
  readonly text: string;
  readonly by: string;
}

/** What the params of one file are bound with. */
export interface Binding {
  /** By the param's name. */
  readonly given: ReadonlyMap<string, GivenValue>;
  readonly environment: Environment;
  readonly findings: Findings;
}

/**
 * Gives every `param` of a file its value: the one from outside, else its default. After it: each bound param has a
 * value of its declared type, within its bounds; one whose value was wrong, which has been reported, has another.
 */
export function bindParams(items: readonly ParamItem[], binding: Binding): Params {
  const params = new Map<string, BoundParam>();
  for (const item of items) {
    const { text: name } = item.name;
    const declared = declaredType(item, binding.findings);
    if (declared === undefined || params.has(name)) continue;
    const value = bindValue(item, declared, binding);
    params.set(name, { name, type: typeOf(declared), value: value === undefined ? standIn(declared) : value });
  }
  return params;
}

function declaredType(item: ParamItem, findings: Findings): Declared | undefined {
  if (item.type !== undefined) return readType(item.type, findings);
  const implied = impliedType(item.value);
  if (implied === undefined) findings.add(diagnose('param-without-type', item.name.span, { name: item.name.text }));
  return implied;
}

function bindValue(item: ParamItem, declared: Declared, { given, environment, findings }: Binding): ParamValue | undefined {
  const name = item.name.text;
  const expected = describeType(declared);
  const outside = given.get(name);
  if (outside !== undefined) {
    const value = valueFromText(outside.text, declared);
    if (value === undefined) findings.add(diagnose('param-value', item.name.span, { name, expected, by: outside.by, found: outside.text }));
    return value;
  }
  if (item.value === undefined) {
    findings.add(diagnose('param-missing', item.name.span, { name, expected, variable: paramVariable(name) }));
    return undefined;
  }
  if (item.value.kind === 'call' && item.value.name.text === 'env') {
    const text = readVariable(item.value, environment, findings);
    const value = text === undefined ? undefined : valueFromText(text, declared);
    if (text !== undefined && value === undefined) {
      findings.add(diagnose('param-value', item.value.span, { name, expected, by: variableOf(item.value, 'env') ?? '', found: text }));
    }
    return value;
  }
  const value = literalValue(item.value);
  if (value !== undefined && fits(value, declared)) return value;
  findings.add(diagnose('wrong-value', item.value.span, { name, expected }));
  return undefined;
}

/** The value that a literal stands for; `undefined` where it is none. */
export function literalValue(value: Value): ParamValue | undefined {
  switch (value.kind) {
    case 'number':
      return value.unit === '%' ? shiftDecimal(value.value, -2) : value.unit === undefined ? value.value : undefined;
    case 'string':
      return plainText(value);
    case 'boolean':
      return value.value;
    case 'none':
      return null;
    case 'list': {
      const items = value.items.map(literalValue);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    default:
      return undefined;
  }
}
