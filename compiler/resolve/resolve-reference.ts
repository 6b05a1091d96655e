import { diagnose, didYouMean, type Diagnostic, type MemberStep, type ReferenceValue, type WordValue } from '../../grammar/index.ts';
import type { CollectionMeaning, Meaning, Scope, StepMeaning } from '../program.ts';
import { keyOf, valueIn } from './loop-keys.ts';
import { findMeaning, namesInSight } from './scope.ts';

/** What a reference names: declarations with the parts that are read of them. */
export interface Referred {
  readonly target: StepMeaning;
  /** As written, with the round of the loop where it is one of several: `gbm["eu"].train`. */
  readonly text: string;
  readonly parts: readonly MemberStep[];
}

/** A reference, resolved as far as its names go. */
export type Resolution =
  | { readonly found: readonly Referred[]; /** Whether it says `[*]`. */ readonly collected: boolean }
  /** What is wrong with it; nothing where what it names is wrong itself, which has been reported. */
  | { readonly problem: Diagnostic | undefined };

/** Who reads what is named. */
export interface Reader {
  /** The declaration that does: it is none of its own inputs. */
  readonly name?: string;
  /** Whether it reads one value: no hint says `[*]` then. */
  readonly single?: boolean;
}

/** What an input such as `parts.train`, `gbm["eu"]` or `gbm[*]` names. */
export function resolveReference(value: WordValue | ReferenceValue, scope: Scope, reader: Reader = {}): Resolution {
  const word = value.kind === 'word-value' ? value : value.name;
  const meaning = findMeaning(scope, word.text.toLowerCase());
  if (meaning === undefined) {
    const known = namesInSight(scope).filter((one) => one !== reader.name);
    return { problem: diagnose('unknown-name', word.span, { name: word.text, known, suggestion: didYouMean(word.text, known) }) };
  }
  return follow({ value, scope, single: reader.single === true, at: 0, text: meaning.name, written: meaning.name }, meaning);
}

interface Walk {
  readonly value: WordValue | ReferenceValue;
  readonly scope: Scope;
  readonly single: boolean;
  /** The step of the path that comes next. */
  readonly at: number;
  /** What the steps so far stand for in this round: `gbm["eu"]` of `gbm[*]`. */
  readonly text: string;
  /** What they say. */
  readonly written: string;
}

function follow(walk: Walk, meaning: Meaning): Resolution {
  const { value, scope, at, text, written } = walk;
  const path = value.kind === 'word-value' ? [] : value.path;
  if (meaning.kind === 'broken') return { problem: undefined };
  if (meaning.kind === 'step') {
    const rest = path.slice(at);
    const parts = rest.flatMap((step) => (step.kind === 'member' ? [step] : []));
    if (parts.length === rest.length) return { found: [{ target: meaning, text, parts }], collected: false };
    const name = [text, ...rest.slice(0, rest.findIndex((step) => step.kind !== 'member')).map((step) => (step.kind === 'member' ? step.name.text : ''))].join('.');
    return { problem: diagnose('not-a-collection', value.span, { name }) };
  }
  const step = path[at];
  switch (step?.kind) {
    case 'each': {
      const all = [...meaning.members].map(([key, member]) => follow({ ...walk, at: at + 1, text: text + indexText(key), written: `${written}[*]` }, member));
      const wrong = all.find((one) => 'problem' in one);
      return wrong ?? { found: all.flatMap((one) => ('found' in one ? one.found : [])), collected: true };
    }
    case 'index': {
      const key = valueIn(step.key, scope);
      const wanted = key === undefined ? undefined : keyOf(key);
      if (wanted === undefined) return { problem: diagnose('wrong-value', step.key.span, { name: text, expected: `indexed by a value of its loop, such as \`${text}${indexText(firstKey(meaning))}\`` }) };
      const member = meaning.members.get(wanted);
      if (member !== undefined) return follow({ ...walk, at: at + 1, text: text + indexText(wanted), written: written + indexText(wanted) }, member);
      const keys = [...meaning.members.keys()];
      return { problem: diagnose('unknown-round', step.key.span, { name: text, key: wanted, keys, suggestion: didYouMean(wanted, keys) }) };
    }
    default: {
      const part = step?.kind === 'member' ? `.${step.name.text}` : '';
      return { problem: diagnose('collection-whole', step?.span ?? value.span, { name: written, member: written + indexText(firstKey(meaning)) + part, ...(walk.single ? {} : { all: `${written}[*]${part}` }) }) };
    }
  }
}

function firstKey({ members }: CollectionMeaning): string {
  const [first = ''] = members.keys();
  return first;
}

/** An index as it is written, from the text of a loop's value. */
export function indexText(key: string): string {
  return /^(?:-?\d+(?:\.\d+)?|true|false)$/.test(key) ? `[${key}]` : `[${JSON.stringify(key)}]`;
}

/** What a name inside SQL stands for: a declaration, or a member of what a loop made, called `legs.eu`. Lower-cased. */
export function findInSql(scope: Scope, folded: string): Meaning | undefined {
  const whole = findMeaning(scope, folded);
  if (whole !== undefined) return whole;
  for (let dot = folded.indexOf('.'); dot > 0; dot = folded.indexOf('.', dot + 1)) {
    const member = memberCalled(findMeaning(scope, folded.slice(0, dot)), folded.slice(dot));
    if (member !== undefined) return member;
  }
  return undefined;
}

function memberCalled(meaning: Meaning | undefined, rest: string): Meaning | undefined {
  if (meaning?.kind !== 'collection') return undefined;
  for (const [key, member] of meaning.members) {
    const folded = `.${key}`.toLowerCase();
    if (rest === folded) return member;
    const inner = rest.startsWith(`${folded}.`) ? memberCalled(member, rest.slice(folded.length)) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** How SQL calls the members of what a loop made: `legs.eu`. */
export function sqlNames(meaning: Meaning, name: string): string[] {
  return meaning.kind === 'collection' ? [...meaning.members].flatMap(([key, member]) => sqlNames(member, `${name}.${key}`)) : [name];
}
