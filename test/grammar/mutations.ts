import type { Document, Item, Node } from '../../grammar/ast.ts';
import { lexText } from '../../grammar/lex-text.ts';

/** A damaged copy of a text, and the part of the original that was touched. */
export interface Mutation {
  readonly what: string;
  readonly text: string;
  /** Offsets in the original. */
  readonly start: number;
  readonly end: number;
  /** Offsets of the damage in `text`; equal where nothing is left of it. */
  readonly newStart: number;
  readonly newEnd: number;
}

/** Each token deleted, doubled, and swapped with the next in turn; white space and comments stay as they are. */
export function* mutations(text: string): Generator<Mutation> {
  const { tokens } = lexText('mutated.mlp', text);
  for (const [index, token] of tokens.entries()) {
    const start = token.startOffset;
    const end = start + token.image.length;
    const replaced = (what: string, until: number, by: string): Mutation => ({
      ...{ what, start, end: until, newStart: start, newEnd: start + by.length },
      text: text.slice(0, start) + by + text.slice(until),
    });
    yield replaced(`without ${token.image}`, end, '');
    yield replaced(`with ${token.image} twice`, end, `${token.image} ${token.image}`);
    const next = tokens[index + 1];
    if (next === undefined) continue;
    const between = text.slice(end, next.startOffset);
    const nextEnd = next.startOffset + next.image.length;
    yield replaced(`with ${token.image} and ${next.image} swapped`, nextEnd, next.image + between + token.image);
  }
}

/** All items, those inside `for` included. */
export function allItems(document: Document): Item[] {
  const flatten = (item: Item): Item[] => (item.kind === 'for' ? [item, ...item.items.flatMap(flatten)] : [item]);
  return document.items.flatMap(flatten);
}

/** A node as text, without its spans: two of them are equal if they mean the same. */
export function meaning(node: Node | readonly Node[]): string {
  return JSON.stringify(node, (key, value: unknown) => (key === 'span' || key === 'comments' ? undefined : value));
}
