import { Lexer, type IToken } from 'chevrotain';
import type { Comment } from './ast.ts';
import { diagnose, type Diagnostic } from './diagnostics/diagnostic.ts';
import { lineStarts, type Span } from './span.ts';
import { RawString, tokenTypes, UnterminatedRawString, UnterminatedString } from './tokens.ts';

/** A token with its lines and column, which Chevrotain would count more slowly and not for inserted tokens. */
export interface Token extends IToken {
  startLine: number;
  endLine: number;
  startColumn: number;
  endOffset: number;
  /** Whether it is the first token of its line. */
  firstOnLine: boolean;
}

/** The tokens of a file and what stands between them. */
export interface Lexed {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  /** The `///` lines on their own before a token, by the token's offset. */
  readonly docs: ReadonlyMap<number, readonly Comment[]>;
  readonly diagnostics: readonly Diagnostic[];
}

const lexer = new Lexer([...tokenTypes], {
  ensureOptimizations: true,
  positionTracking: 'onlyOffset',
  skipValidations: true,
  errorMessageProvider: {
    buildUnexpectedCharactersMessage: () => 'unexpected characters',
    buildUnableToPopLexerModeMessage: () => 'no mode to leave',
  },
});

/** Where a token stands; the end is exclusive, unlike Chevrotain's. */
export function spanOf(file: string, token: IToken): Span {
  return { file, start: token.startOffset, end: token.startOffset + token.image.length };
}

/** Cuts a text into tokens and comments. Never throws: what is no token is reported and left out. */
export function lexText(file: string, text: string): Lexed {
  const result = lexer.tokenize(text);
  const starts = lineStarts(text);
  const tokens = result.tokens as Token[];
  placeTokens(tokens, starts);
  const comments = (result.groups['comments'] ?? []).map((token): Comment => {
    const comment = token.image.trimEnd();
    const span = { file, start: token.startOffset, end: token.startOffset + comment.length };
    return { kind: 'comment', span, text: comment, doc: /^\/\/\/(?!\/)/.test(comment) };
  });
  const diagnostics = [
    ...result.errors.map((error) => reportCharacters(file, text, error.offset, error.length)),
    ...tokens.flatMap((token) => reportUnterminated(file, token)),
  ];
  return { tokens, comments, docs: collectDocs(tokens, comments, text), diagnostics };
}

function placeTokens(tokens: readonly Token[], starts: readonly number[]): void {
  let line = 0;
  let lastLine = 0;
  const advance = (offset: number): void => {
    while (line + 1 < starts.length && (starts[line + 1] ?? 0) <= offset) line++;
  };
  for (const token of tokens) {
    advance(token.startOffset);
    token.startLine = line + 1;
    token.startColumn = token.startOffset - (starts[line] ?? 0) + 1;
    token.firstOnLine = token.startLine !== lastLine;
    token.endOffset = token.startOffset + token.image.length - 1;
    if (token.tokenType === RawString || token.tokenType === UnterminatedRawString) advance(token.endOffset);
    token.endLine = line + 1;
    lastLine = token.endLine;
  }
}

function reportCharacters(file: string, text: string, offset: number, length: number): Diagnostic {
  const found = text.slice(offset, offset + length);
  const shown = [...found.slice(0, 24)].slice(0, 12).map(visible).join('');
  const hint = charactersHint(found);
  return diagnose('unexpected-character', { file, start: offset, end: offset + length }, { characters: shown, hint });
}

function visible(character: string): string {
  return /[\p{C}\p{Z}]/u.test(character) ? `U+${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}` : character;
}

function charactersHint(found: string): string | undefined {
  if (found.includes('\0')) return 'this does not look like a text file';
  if (/^['`“”‘’]/.test(found)) return 'strings stand between double quotes: "text"';
  if (found.startsWith('#')) return 'comments begin with `//`';
  if (found.startsWith(';')) return 'a comma or a new line separates';
  if (found.startsWith('$')) return 'a param is inserted with `${name}`';
  if (/^\p{L}/u.test(found)) return 'names are letters a to z, digits and `_`; another name stands in quotes';
  return undefined;
}

function reportUnterminated(file: string, token: Token): Diagnostic[] {
  const raw = token.tokenType === UnterminatedRawString;
  if (!raw && token.tokenType !== UnterminatedString) return [];
  const span = spanOf(file, token);
  return [diagnose('unterminated-string', raw ? { ...span, end: span.start + 3 } : span, { raw })];
}

function collectDocs(
  tokens: readonly Token[],
  comments: readonly Comment[],
  text: string,
): ReadonlyMap<number, readonly Comment[]> {
  const docs = new Map<number, Comment[]>();
  let next = 0;
  for (const comment of comments) {
    if (!comment.doc) continue;
    while (next < tokens.length && (tokens[next]?.startOffset ?? 0) < comment.span.start) next++;
    const lineStart = text.lastIndexOf('\n', comment.span.start - 1) + 1;
    const own = text.slice(lineStart, comment.span.start).trim() === '';
    const at = own ? (tokens[next]?.startOffset ?? text.length) : -comment.span.start - 1;
    docs.set(at, [...(docs.get(at) ?? []), comment]);
  }
  return docs;
}
