import type { TokenType } from 'chevrotain';
import type { Comment, Document } from './ast.ts';
import { spacing, surveyLayout, type Survey } from './format-survey.ts';
import { lexText, type Token } from './lex-text.ts';
import { readRawLines } from './raw-string.ts';
import { closerOf, Comma, Colon, LeftBrace, openerOf, RawString } from './tokens.ts';

/** An open bracket: whether its entries stand on lines of their own, and how deep. */
interface Frame {
  readonly block: boolean;
  readonly opener: TokenType;
  /** Indent of the line on which it was opened. */
  readonly outer: number;
}

interface Printer {
  readonly text: string;
  readonly survey: Survey;
  readonly lines: string[];
  readonly frames: Frame[];
  line: string;
  /** Indent of the line being written, in levels. */
  level: number;
}

const unit = '  ';

/**
 * The one canonical layout of a document without syntax errors; `text` is what it was parsed from. It keeps comments,
 * line breaks between entries and single blank lines, and decides everything else: white space, commas, indents.
 */
export function formatDocument(document: Document, text: string): string {
  const { tokens, comments } = lexText(document.span.file, text);
  const survey = surveyLayout(document, tokens, comments);
  const printer: Printer = { text, survey, lines: [], frames: [], line: '', level: 0 };
  const kept = tokens.filter((token, at) => !isOmitted(token, tokens[at + 1], survey));
  let next = 0;
  let last: Token | undefined;
  for (const token of [...kept, undefined]) {
    const between: Comment[] = [];
    for (let comment = comments[next]; comment !== undefined; comment = comments[++next]) {
      if (token !== undefined && comment.span.start > token.startOffset) break;
      between.push(comment);
    }
    printGap(printer, last, token, between);
    if (token !== undefined) printToken(printer, token);
    last = token;
  }
  if (printer.line !== '') printer.lines.push(printer.line);
  return printer.lines.length === 0 ? '' : `${printer.lines.join('\n')}\n`;
}

/** Commas are written anew, and `key: {` is written `key {`. */
function isOmitted(token: Token, next: Token | undefined, survey: Survey): boolean {
  if (token.tokenType === Comma) return true;
  return token.tokenType === Colon && next !== undefined && survey.shorthand.has(next.startOffset);
}

function printToken(printer: Printer, token: Token): void {
  if (closerOf.has(token.tokenType)) {
    const block = printer.survey.blocks.has(token.startOffset);
    printer.frames.push({ block, opener: token.tokenType, outer: printer.level });
  }
  if (openerOf.has(token.tokenType)) printer.frames.pop();
  if (token.tokenType !== RawString) {
    printer.line += token.image;
    return;
  }
  const [first = '', ...rest] = indentRawString(token.image, unit.repeat(printer.level));
  printer.line += first;
  for (const line of rest) {
    printer.lines.push(printer.line);
    printer.line = line;
  }
}

/** What stands between two tokens: comments, then a space, a comma or a new line. */
function printGap(printer: Printer, last: Token | undefined, next: Token | undefined, comments: readonly Comment[]): void {
  const frame = printer.frames.at(-1);
  const opening = last !== undefined && frame?.opener === last.tokenType && closerOf.has(last.tokenType);
  const closing = next !== undefined && openerOf.has(next.tokenType);
  const listed = next === undefined || printer.survey.entries.has(next.startOffset);
  const inner = frame?.block === true ? frame.outer + 1 : frame === undefined ? 0 : frame.outer;
  const level = listed || opening || closing ? inner : inner + 1;
  let from = last === undefined ? 0 : last.startOffset + last.image.length;
  let fresh = last === undefined || opening;
  for (const comment of comments) {
    const gap = printer.text.slice(from, comment.span.start);
    if (last !== undefined && !gap.includes('\n')) printer.line += ` ${comment.text}`;
    else {
      breakLine(printer, level, !fresh && isBlank(gap) && (listed || closing));
      printer.line += comment.text;
    }
    fresh = false;
    from = comment.span.end;
  }
  if (next === undefined || last === undefined) {
    if (next !== undefined && comments.length > 0) breakLine(printer, 0, isBlank(printer.text.slice(from, next.startOffset)));
    return;
  }
  const gap = printer.text.slice(from, next.startOffset);
  const own = frame === undefined || printer.survey.spread.has(next.startOffset);
  const broken = listed && !opening ? own || gap.includes('\n') : (opening || closing) && frame?.block === true;
  if (comments.length > 0 || (broken && !(opening && closing))) {
    const blank = listed && !fresh && isBlank(gap);
    breakLine(printer, closing ? (frame?.outer ?? 0) : level, blank);
  } else if (listed && !opening) printer.line += ', ';
  else if (opening || closing) printer.line += frame?.opener === LeftBrace && !(opening && closing) ? ' ' : '';
  else printer.line += spacing(last, next, printer.survey);
}

function breakLine(printer: Printer, level: number, blank: boolean): void {
  if (printer.line !== '' || printer.lines.length > 0) printer.lines.push(printer.line);
  if (blank) printer.lines.push('');
  printer.line = unit.repeat(level);
  printer.level = level;
}

/** Whether an empty line is among the white space and commas. */
function isBlank(gap: string): boolean {
  return /\n[ \t\r,]*\n/.test(gap);
}

/** A raw string's lines with its common indent, which is no part of the value, made to fit where it stands. */
function indentRawString(image: string, indent: string): string[] {
  const { first, lines, closesOnOwnLine } = readRawLines(image.slice(3, -3));
  if (first !== undefined && lines.length === 0 && !closesOnOwnLine) return [image];
  const body = lines.map((line) => (line === '' ? '' : `${indent}${unit}${line}`));
  const end = closesOnOwnLine ? [`${indent}"""`] : [`${body.pop() ?? ''}"""`];
  return [`"""${first ?? ''}`, ...body, ...end];
}
