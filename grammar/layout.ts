import { createTokenInstance, tokenMatcher, type TokenType } from 'chevrotain';
import { isOpeningKeyword } from './keywords.ts';
import type { Token } from './lex-text.ts';
import {
  As,
  closerOf,
  Colon,
  Comma,
  Equals,
  For,
  From,
  Identifier,
  Import,
  LeftBrace,
  LeftBracket,
  LeftParen,
  openerOf,
  PlainString,
  RightBrace,
  Test,
} from './tokens.ts';

/** An opening bracket that layout closes: where the closer was put, and what stands behind it. */
export interface Unclosed {
  readonly opener: Token;
  readonly closer: Token;
  readonly before: Token | undefined;
}

/** A section as its layout shows that it was meant. */
export interface Closed {
  readonly tokens: readonly Token[];
  readonly unclosed: readonly Unclosed[];
  /** Opening braces that stand directly behind another and have no partner. */
  readonly stray: readonly Token[];
  /** Closing braces that by their place belong to nothing: if one brace is too many, it is one of these. */
  readonly suspects: readonly Token[];
}

interface Frame {
  readonly opener: Token;
  /** Column of the first token on the opener's line. */
  readonly indent: number;
  /** Of the braces of a `for`: the column of its body, once a declaration there has shown it. */
  bodyColumn?: number;
  readonly isFor: boolean;
}

/** A token that is not in the text. */
export function virtualToken(type: TokenType, image: string, after: Token | undefined, line?: number): Token {
  const offset = after === undefined ? 0 : after.startOffset + after.image.length;
  const at = line ?? after?.endLine ?? 1;
  return Object.assign(createTokenInstance(type, image, offset, offset - 1, at, at, 0, 0), { firstOnLine: false }) as Token;
}

/** After these a value begins. */
const openers: ReadonlySet<TokenType> = new Set([Comma, Colon, Equals, LeftBrace, LeftBracket, LeftParen]);

/** Whether the tokens from here can only be the head of a declaration, where anything else might be meant as well. */
export function opensDeclaration(tokens: readonly Token[], at: number): boolean {
  const [first, second, third, fourth] = tokens.slice(at, at + 4);
  if (first === undefined || second === undefined || !tokenMatcher(first, Identifier)) return false;
  if (second.startLine !== first.startLine) return false;
  if (second.tokenType === Equals) return true;
  if (tokenMatcher(second, Identifier)) {
    // `import { table as t }` over several lines.
    return third?.tokenType === Equals || (isOpeningKeyword(first.image) && second.tokenType !== As);
  }
  const named = tokenMatcher(second, PlainString);
  if (first.tokenType !== Import || named) return named && (first.tokenType === Test || first.tokenType === Import);
  // A key may be called `import` as well.
  const names = third !== undefined && tokenMatcher(third, Identifier);
  return second.tokenType === LeftBrace && names && fourth?.tokenType !== Colon && fourth?.tokenType !== LeftBrace;
}

/** Cuts a file before every declaration in column 1: no error in one part reaches another. */
export function cutSections(tokens: readonly Token[]): (readonly Token[])[] {
  const sections: (readonly Token[])[] = [];
  let start = 0;
  const partners = pairBraces(tokens);
  let bodyEnd = unindentedBodyEnd(tokens, 0, partners);
  for (let at = 1; at <= tokens.length; at++) {
    const token = tokens[at];
    const opens = token?.firstOnLine === true && token.startColumn === 1 && opensDeclaration(tokens, at);
    if (token !== undefined && (!opens || at < bodyEnd)) continue;
    sections.push(tokens.slice(start, at));
    start = at;
    bodyEnd = unindentedBodyEnd(tokens, at, partners);
  }
  return tokens.length === 0 ? [] : sections;
}

/** Where the body of a `for` ends whose declarations stand in column 1 themselves; 0 for anything else. */
function unindentedBodyEnd(tokens: readonly Token[], at: number, partners: ReadonlyMap<number, number>): number {
  if (tokens[at]?.tokenType !== For) return 0;
  let brace = at + 1;
  while (tokens[brace] !== undefined && tokens[brace]?.tokenType !== LeftBrace) brace++;
  const first = tokens[brace + 1];
  if (first === undefined || (first.firstOnLine && first.startColumn > 1)) return 0;
  return partners.get(brace) ?? 0;
}

/** The index of the closing brace of each opening one that has one. */
function pairBraces(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach(({ tokenType }, at) => {
    if (tokenType === LeftBrace) open.push(at);
    const opener = tokenType === RightBrace ? open.pop() : undefined;
    if (opener !== undefined) pairs.set(opener, at);
  });
  return pairs;
}

/** The walk through one section: open brackets, the tokens so far, and what was put in. */
interface Walk {
  readonly tokens: readonly Token[];
  readonly out: Token[];
  readonly frames: Frame[];
  readonly unclosed: Unclosed[];
  readonly stray: Token[];
  readonly suspects: Token[];
  /** Opening brackets of each type that lack a closer in this section: only these may be closed by layout. */
  readonly lacking: Map<TokenType, number>;
  lineIndent: number;
  awaitsBody: boolean;
}

/**
 * Closes what the layout of a section with errors shows to be closed: before a declaration in the body of a `for`
 * everything inside that body, and, where a closing bracket is missing, before a dedent what it ends.
 */
export function closeByLayout(tokens: readonly Token[]): Closed {
  const lacking = new Map<TokenType, number>();
  for (const { tokenType } of tokens) {
    if (closerOf.has(tokenType)) lacking.set(tokenType, (lacking.get(tokenType) ?? 0) + 1);
    const opener = openerOf.get(tokenType);
    if (opener !== undefined) lacking.set(opener, (lacking.get(opener) ?? 0) - 1);
  }
  const walk: Walk = {
    ...{ tokens, out: [], frames: [], unclosed: [], stray: [], suspects: [], lacking },
    ...{ lineIndent: 1, awaitsBody: false },
  };
  tokens.forEach((token, at) => {
    if (token.firstOnLine) {
      walk.lineIndent = token.startColumn;
      if (at > 0) closeAtLine(walk, token, at);
    }
    step(walk, token, at);
  });
  const lowest = walk.frames.findIndex((frame) => frame.opener.tokenType === LeftBrace);
  if (lowest >= 0 && lacks(walk, LeftBrace)) closeDownTo(walk, lowest, undefined);
  const { out, unclosed, stray, suspects } = walk;
  return { tokens: out, unclosed, stray, suspects };
}

/** Puts closers in until only the frames below `depth` are open. */
function closeDownTo(walk: Walk, depth: number, before: Token | undefined): void {
  for (let frame = walk.frames.at(-1); walk.frames.length > depth && frame !== undefined; frame = walk.frames.at(-1)) {
    const type = closerOf.get(frame.opener.tokenType) ?? RightBrace;
    const closer = virtualToken(type, '', walk.out.at(-1));
    walk.out.push(closer);
    walk.unclosed.push({ opener: frame.opener, closer, before });
    walk.lacking.set(frame.opener.tokenType, (walk.lacking.get(frame.opener.tokenType) ?? 0) - 1);
    walk.frames.pop();
  }
}

/** What a new line says: a declaration in the body of a `for` closes everything in it, a dedented token its block. */
function closeAtLine(walk: Walk, token: Token, at: number): void {
  const column = token.startColumn;
  if (opensDeclaration(walk.tokens, at)) {
    const body = walk.frames.findLastIndex(
      (frame) => frame.isFor && (frame.bodyColumn ?? Math.max(column, frame.indent)) === column,
    );
    const frame = walk.frames[body];
    if (frame !== undefined) {
      frame.bodyColumn = column;
      closeDownTo(walk, body + 1, token);
      return;
    }
  }
  for (let top = walk.frames.at(-1); top !== undefined; top = walk.frames.at(-1)) {
    const own = token.tokenType === closerOf.get(top.opener.tokenType) && column === top.indent;
    if (own || top.indent < column || !lacks(walk, top.opener.tokenType)) return;
    closeDownTo(walk, walk.frames.length - 1, token);
  }
}

function step(walk: Walk, token: Token, at: number): void {
  const { tokenType } = token;
  const top = walk.frames.at(-1);
  const before = walk.tokens[at - 1];
  if (tokenType === For && (top === undefined || top.isFor) && walk.tokens[at + 1]?.tokenType !== Equals) {
    walk.awaitsBody = true;
  }
  if (top !== undefined && before !== undefined && lacks(walk, top.opener.tokenType)) {
    if (tokenType === LeftBrace && before.tokenType === LeftBrace) {
      walk.stray.push(token);
      walk.lacking.set(LeftBrace, (walk.lacking.get(LeftBrace) ?? 0) - 1);
      return;
    }
    const inParens = top.opener.tokenType === LeftParen && tokenType === LeftBrace && !openers.has(before.tokenType);
    const inImport = top.opener.tokenType === LeftBrace && tokenType === From && walk.tokens[at + 1]?.tokenType === PlainString;
    const inHead = walk.awaitsBody && top.opener.tokenType === LeftBracket && tokenType === LeftBrace && !openers.has(before.tokenType);
    if (inParens || inImport || inHead) closeDownTo(walk, walk.frames.length - 1, token);
  }
  if (closerOf.has(tokenType)) {
    const isFor = walk.awaitsBody && tokenType === LeftBrace;
    if (isFor) walk.awaitsBody = false;
    walk.frames.push({ opener: token, indent: walk.lineIndent, isFor });
  }
  walk.out.push(token);
  const opener = openerOf.get(tokenType);
  if (opener === undefined) return;
  const matching = walk.frames.findLastIndex((frame) => frame.opener.tokenType === opener);
  const closed = walk.frames[matching];
  if (closed === undefined) return;
  // The body of a laid-out `for` ends where the `for` begins: any other brace is one too many.
  const { isFor, bodyColumn = 0, indent } = closed;
  if (isFor && bodyColumn > indent && !(token.firstOnLine && token.startColumn === indent)) {
    walk.suspects.push(token);
    return;
  }
  walk.frames.length = matching;
}

function lacks(walk: Walk, opener: TokenType): boolean {
  return (walk.lacking.get(opener) ?? 0) > 0;
}
