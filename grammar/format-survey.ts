import type { Comment, Document } from './ast.ts';
import type { Token } from './lex-text.ts';
import * as t from './tokens.ts';
import { walk } from './walk.ts';

/** What the formatter has to know of a document before it writes: offsets of tokens by what they are. */
export interface Survey {
  /** The first tokens of what commas and new lines separate. */
  readonly entries: ReadonlySet<number>;
  /** Entries that always have a line of their own: what stands in a `for` and in a `test`. */
  readonly spread: ReadonlySet<number>;
  /** The opening brackets of indexes, which join the word before. */
  readonly indexes: ReadonlySet<number>;
  /** The `{` of records that are the value of a key. */
  readonly shorthand: ReadonlySet<number>;
  /** Opening brackets whose entries stand on lines of their own. */
  readonly blocks: ReadonlySet<number>;
}

/** Finds out what the tokens of a document are, and which of its brackets are written over several lines. */
export function surveyLayout(document: Document, tokens: readonly Token[], comments: readonly Comment[]): Survey {
  const entries = new Set<number>();
  const spread = new Set<number>();
  const indexes = new Set<number>();
  const shorthand = new Set<number>();
  const add = (set: Set<number>, nodes: readonly { span: { start: number } }[]): void =>
    nodes.forEach(({ span }) => set.add(span.start));
  walk(document, (node) => {
    if (node.kind === 'document' || node.kind === 'list') add(entries, node.items);
    else if (node.kind === 'for') [entries, spread].forEach((set) => add(set, node.items));
    else if (node.kind === 'test') [entries, spread].forEach((set) => add(set, node.clauses));
    else if (node.kind === 'import') add(entries, node.names);
    else if (node.kind === 'call') add(entries, [...node.args, ...node.named]);
    else if (node.kind === 'index' || node.kind === 'each') indexes.add(node.span.start);
    else if (node.kind === 'record') {
      add(entries, node.entries);
      for (const { value } of node.entries) if (value.kind === 'record') shorthand.add(value.span.start);
    }
  });
  const blocks = findBlocks({ tokens, comments, entries, spread, indexes });
  return { entries, spread, indexes, shorthand, blocks };
}

interface Sources extends Pick<Survey, 'entries' | 'spread' | 'indexes'> {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
}

/** A bracket is a block if a line breaks or a comment stands at its ends or between its entries. */
function findBlocks({ tokens, comments, entries, spread, indexes }: Sources): ReadonlySet<number> {
  const blocks = new Set<number>();
  const open: Token[] = [];
  let next = 0;
  let last: Token | undefined;
  for (const token of tokens) {
    let commented = false;
    while ((comments[next]?.span.start ?? Infinity) < token.startOffset) {
      commented = true;
      next++;
    }
    if (t.openerOf.has(token.tokenType) || token.tokenType === t.Comma || opens(last) || entries.has(token.startOffset)) {
      const top = open.at(-1);
      const broken = commented || last?.endLine !== token.startLine || spread.has(token.startOffset);
      const empty = opens(last) && t.openerOf.has(token.tokenType) && !commented;
      if (top !== undefined && broken && !empty && !indexes.has(top.startOffset)) blocks.add(top.startOffset);
    }
    if (opens(token)) open.push(token);
    if (t.openerOf.has(token.tokenType)) open.pop();
    last = token;
  }
  return blocks;
}

function opens(token: Token | undefined): boolean {
  return token !== undefined && t.closerOf.has(token.tokenType);
}

/** The white space between two tokens of one entry on one line. */
export function spacing(last: Token, next: Token, { indexes }: Survey): string {
  const tight = [t.Colon, t.Question, t.Dot, t.LeftParen, t.RightParen, t.RightBracket];
  if (tight.includes(next.tokenType) || last.tokenType === t.Dot || last.tokenType === t.DotDot) return '';
  if (next.tokenType === t.DotDot) return [t.Colon, t.Equals, t.In].includes(last.tokenType) ? ' ' : '';
  return indexes.has(next.startOffset) || last.tokenType === t.LeftBracket ? '' : ' ';
}
