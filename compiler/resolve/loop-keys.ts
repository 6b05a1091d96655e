import { diagnose, didYouMean, type ForItem, type Value } from '../../grammar/index.ts';
import { literalValue } from '../params/bind-params.ts';
import { describeType, fits, impliedType, typeOf } from '../params/types.ts';
import type { BoundParam, Findings, ParamType, ParamValue, Scope } from '../program.ts';

/** One round of a loop: the value of its variable, and that value as text. */
export interface Round {
  readonly key: string;
  readonly variable: BoundParam;
}

/** The rounds of a loop in their order; none where its list is wrong, which is reported. */
export function roundsOf({ variable, over }: ForItem, scope: Scope, findings: Findings): Round[] {
  const list = listOf(over, scope, findings);
  if (list === undefined) return [];
  if (list.values.length === 0) findings.add(diagnose('empty-loop', over.span, { variable: variable.text }));
  const rounds = new Map<string, Round>();
  for (const [index, value] of list.values.entries()) {
    const key = keyOf(value);
    const at = over.kind === 'list' ? (over.items[index]?.span ?? over.span) : over.span;
    if (key === undefined) {
      findings.add(diagnose('wrong-value', at, { name: variable.text, expected: 'a text, a number, `true` or `false`' }));
    } else if (list.item !== undefined && !fits(value, list.item)) {
      findings.add(diagnose('wrong-value', at, { name: variable.text, expected: `${describeType(list.item)}, like the rest of the list` }));
    } else if (rounds.has(key.toLowerCase())) {
      findings.add(diagnose('duplicate-round', at, { key, first: rounds.get(key.toLowerCase())?.key ?? key }));
    } else {
      rounds.set(key.toLowerCase(), { key, variable: { name: variable.text, type: list.item ?? { kind: 'string' }, value } });
    }
  }
  return [...rounds.values()];
}

interface List {
  readonly values: readonly ParamValue[];
  readonly item: ParamType | undefined;
}

function listOf(over: Value, scope: Scope, findings: Findings): List | undefined {
  if (over.kind === 'list') {
    const values = over.items.map((item) => valueIn(item, scope));
    const wrong = values.indexOf(undefined);
    if (wrong < 0) return { values: values as ParamValue[], item: itemType(over, scope) };
    findings.add(diagnose('wrong-value', over.items[wrong]?.span ?? over.span, { name: 'a member of the list', expected: 'a value such as `"eu"` or `3`' }));
    return undefined;
  }
  if (over.kind !== 'word-value' && over.kind !== 'interpolation') {
    findings.add(diagnose('not-a-list', over.span, { what: 'this' }));
    return undefined;
  }
  const name = over.kind === 'word-value' ? over.text : over.name.text;
  const param = scope.params.get(name);
  if (param === undefined) {
    const lists = [...scope.params.values()].filter((one) => one.type.kind === 'list').map((one) => one.name);
    findings.add(diagnose('unknown-param-name', over.span, { name, like: '["eu", "us"]', suggestion: didYouMean(name, lists) }));
  } else if (param.type.kind === 'list' && Array.isArray(param.value)) {
    return { values: param.value as readonly ParamValue[], item: param.type.item };
  } else {
    findings.add(diagnose('not-a-list', over.span, { what: `\`${name}\`` }));
  }
  return undefined;
}

/** The value of a literal, or of a name that stands for one. */
export function valueIn(value: Value, scope: Scope): ParamValue | undefined {
  if (value.kind === 'word-value') return scope.params.get(value.text)?.value;
  return value.kind === 'interpolation' ? scope.params.get(value.name.text)?.value : literalValue(value);
}

function itemType(list: Value, scope: Scope): ParamType | undefined {
  const implied = impliedType(list);
  if (implied?.kind === 'list' && implied.item !== undefined) return typeOf(implied.item);
  const [first] = list.kind === 'list' ? list.items : [];
  return first?.kind === 'word-value' ? scope.params.get(first.text)?.type : undefined;
}

/** A value as the text by which its round is known; `undefined` for values that are not single ones. */
export function keyOf(value: ParamValue): string | undefined {
  return value === null || Array.isArray(value) ? undefined : String(value);
}

/** How a step's name says a round: `.eu`, quoted where it is no identifier. */
export function keySuffix(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `.${JSON.stringify(key)}`;
}
