import type { TokenType } from 'chevrotain';
import type { Item } from './ast.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import type { Edit, Failure } from './edit.ts';
import { isOpeningKeyword } from './keywords.ts';
import { closeByLayout, virtualToken, type Closed } from './layout.ts';
import type { Token } from './lex-text.ts';
import { MlpParser } from './parser.ts';
import { reportRepair } from './report-repair.ts';
import * as t from './tokens.ts';
import type { ParseContext } from './value-parser.ts';

interface Attempt {
  readonly items: readonly Item[];
  readonly reports: readonly Diagnostic[];
  readonly failure?: Failure;
}

/** A section's items as far as they could be understood, and all its errors. */
export interface Repaired {
  readonly items: readonly Item[];
  readonly diagnostics: readonly Diagnostic[];
  /** What layout closed or left out; absent where nothing had to be mended. */
  readonly closed?: Closed;
}

/** After this many mended errors, the rest of a section is given up. */
const maxRepairs = 24;
/** Tokens that may be parsed for the sake of one section's errors: bounds the time that garbage takes. */
const maxEffort = 150_000;

let shared: MlpParser | undefined;

function attempt(tokens: readonly Token[], context: Omit<ParseContext, 'report'>): Attempt {
  shared ??= new MlpParser();
  const reports: Diagnostic[] = [];
  const { stackTraceLimit } = Error;
  // Chevrotain throws at each error and nobody reads the stack, which would take most of the time.
  Error.stackTraceLimit = 0;
  const items = shared.parseItems(tokens, { ...context, report: (diagnostic) => reports.push(diagnostic) });
  Error.stackTraceLimit = stackTraceLimit;
  const error = shared.errors[0];
  if (error === undefined) return { items, reports };
  const found = tokens.indexOf(error.token as Token);
  return { items, reports, failure: { at: found < 0 ? tokens.length : found, expected: error.message } };
}

/**
 * Parses a section. At each error it tries the small edits that could mend it, keeps the one after which the parse gets
 * furthest (the first of equals), reports that one edit, and goes on: so an error is reported once, and what surrounds
 * it is understood as if it were not there.
 */
export function parseSection(section: readonly Token[], context: Omit<ParseContext, 'report'>): Repaired {
  const whole = attempt(section, context);
  if (whole.failure === undefined) return { items: whole.items, diagnostics: whole.reports };
  const closed = closeByLayout(section);
  let { tokens } = closed;
  let current = attempt(tokens, context);
  const diagnostics: Diagnostic[] = [];
  let effort = maxEffort;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (let round = 0; current.failure !== undefined; round++) {
    const { failure } = current;
    if (round >= maxRepairs || effort <= 0) {
      diagnostics.push(reportRepair(context.file, tokens, failure, undefined));
      break;
    }
    let best: { edit: Edit; tokens: readonly Token[]; attempt: Attempt; left: number } | undefined;
    for (const edit of candidates(tokens, failure, closed.suspects)) {
      const edited = applyEdit(tokens, edit);
      const result = attempt(edited, context);
      effort -= result.failure?.at ?? edited.length;
      // What is reported about the result, such as arguments in a wrong order, makes an edit a little less likely.
      const remaining = result.failure === undefined ? -1 : edited.length - result.failure.at;
      const left = remaining + result.reports.length / 1000;
      if (best === undefined || left < best.left) best = { edit, tokens: edited, attempt: result, left };
      if (remaining < 0 && result.reports.length <= current.reports.length) break;
    }
    if (best === undefined || best.left >= tokens.length - failure.at) {
      const edit: Edit = { kind: 'delete', at: Math.min(failure.at, tokens.length - 1) };
      const edited = applyEdit(tokens, edit);
      best = { edit, tokens: edited, attempt: attempt(edited, context), left: 0 };
    }
    // Edits side by side mend one mistake.
    if (best.edit.at - lastAt > 1 || best.edit.at < lastAt - 1) {
      diagnostics.push(reportRepair(context.file, tokens, failure, best.edit));
    }
    lastAt = best.edit.at;
    tokens = best.tokens;
    current = best.attempt;
  }
  return { items: current.items, diagnostics: [...diagnostics, ...current.reports], closed };
}

function applyEdit(tokens: readonly Token[], { kind, at, token }: Edit): readonly Token[] {
  if (kind === 'delete') return tokens.toSpliced(at, 1);
  if (kind === 'insert' && token !== undefined) return tokens.toSpliced(at, 0, token);
  const [before, after] = [tokens[at - 1], tokens[at]];
  if (before === undefined || after === undefined) return tokens;
  if (kind === 'join') return tokens.toSpliced(at, 1, { ...after, startLine: before.endLine });
  return tokens.toSpliced(at - 1, 2, onLinesOf(after, before), onLinesOf(before, after));
}

/** A token as if it stood on the lines of another: what a new line separates does not move with it. */
function onLinesOf(token: Token, { startLine, endLine, firstOnLine }: Token): Token {
  return { ...token, startLine, endLine, firstOnLine };
}

const insertable: readonly TokenType[] = [
  ...[t.Comma, t.Colon, t.Equals, t.Identifier, t.PlainString, t.In, t.From, t.Dot],
];

/** The edits worth trying, those that are likelier meant first. */
function candidates(tokens: readonly Token[], failure: Failure, suspects: readonly Token[]): Edit[] {
  const { at, expected } = failure;
  const brackets = lackingBrackets(tokens);
  const wanted = [...brackets, ...insertable].filter(({ name }) => name === expected);
  const insert = (place: number, types: readonly TokenType[]): Edit[] => insertions(tokens, place, types);
  const remove = (place: number): Edit[] => (tokens[place] === undefined ? [] : [{ kind: 'delete', at: place }]);
  const swap = (place: number): Edit[] => (place > 0 && place < tokens.length ? [{ kind: 'swap', at: place }] : []);
  return [
    ...(tokens[at]?.tokenType === t.RightBrace ? suspects.flatMap((token) => remove(tokens.indexOf(token))) : []),
    ...[at, at - 1].flatMap((place) => (isDoubled(tokens, place) ? remove(place) : [])),
    ...lostWords(tokens, failure),
    ...insert(at, expected === 'value' ? [t.Identifier] : wanted),
    ...insert(at, [...brackets, ...insertable]),
    ...remove(at),
    ...swap(at),
    ...swap(at + 1),
    ...remove(at - 1),
    ...swap(at - 1),
    ...insert(at - 1, [t.Identifier, t.Comma, t.Colon]),
    ...earlierOnLine(tokens, at).flatMap((place) => insert(place, brackets)),
    ...remove(at - 2),
  ];
}

/** A word whose absence is known by what surrounds its place: the keyword of a declaration, the value of a key. */
function lostWords(tokens: readonly Token[], { at, expected }: Failure): Edit[] {
  const [before, token] = [tokens[at - 1], tokens[at]];
  const put = (place: number, type: TokenType): Edit[] =>
    insertions(tokens, place, [type]).filter((edit) => edit.token?.startLine === tokens[place]?.startLine);
  switch (expected) {
    case 'item':
    case 'RightBrace':
      if (token?.firstOnLine !== true) return [];
      if (token.tokenType === t.PlainString) return put(at, t.Test);
      return token.tokenType === t.LeftBrace ? put(at, t.Import) : [];
    case 'Identifier':
      if (before?.firstOnLine !== true) return [];
      if (token?.tokenType === t.Colon) return put(at - 1, t.Param);
      if (token?.tokenType === t.LeftBrace) return put(at - 1, t.Pipeline);
      return token?.tokenType === t.Equals && !isOpeningKeyword(before.image) ? put(at - 1, t.Identifier) : [];
    case 'Equals':
      return before?.tokenType === t.In ? put(at - 2, t.For) : [];
    case 'separator':
      if (token?.tokenType !== t.Colon || before?.firstOnLine !== true) return [];
      return tokens[at - 2]?.tokenType === t.Colon ? insertions(tokens, at - 1, [t.Identifier]) : [];
    case 'LeftParen':
      return token?.tokenType === t.LeftParen ? [{ kind: 'join', at }] : [];
    default:
      return [];
  }
}

/** Tokens of the types put in before a place; a name may belong to the line before, to the line behind, or to neither. */
function insertions(tokens: readonly Token[], at: number, types: readonly TokenType[]): Edit[] {
  if (at < 0) return [];
  const [before, after] = [tokens[at - 1], tokens[at]];
  return types.flatMap((type) => {
    const lines = [...new Set([before?.endLine, after?.startLine, type === t.Identifier ? 0 : undefined])];
    return lines
      .filter((line) => line !== undefined)
      .map((line): Edit => ({ kind: 'insert', at, token: virtualToken(type, '', before, line) }));
  });
}

function isDoubled(tokens: readonly Token[], at: number): boolean {
  const [first, second] = [tokens[at - 1], tokens[at]];
  return first !== undefined && first.image === second?.image && first.tokenType === second.tokenType;
}

function earlierOnLine(tokens: readonly Token[], at: number): number[] {
  const line = tokens[at]?.startLine ?? tokens[at - 1]?.endLine;
  // A bracket that opens a block stands on the line above.
  return [1, 2, 3, 4, 5, 6, 7, 8].map((back) => at - back).filter((place) => place >= at - 2 || tokens[place]?.startLine === line);
}

/** The brackets that some others of these tokens want for a partner. */
function lackingBrackets(tokens: readonly Token[]): TokenType[] {
  const count = (type: TokenType): number => tokens.filter((token) => token.tokenType === type).length;
  return [...t.closerOf].flatMap(([opener, closer]) => {
    const surplus = count(opener) - count(closer);
    return surplus > 0 ? [closer] : surplus < 0 ? [opener] : [];
  });
}
