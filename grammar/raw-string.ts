import { declarationKeywords } from './keywords.ts';

const quotes = '"""';

/**
 * A line inside an open `"""` that can only be a declaration. It asks for more than the first word, so that SQL and
 * prose may begin a line with any keyword.
 */
const declarationLine = new RegExp(
  String.raw`^([ \t]*)(?:(?:${declarationKeywords.join('|')})[ \t]+\w+[ \t]*=[ \t]*\w+[ \t]*\(|` +
    String.raw`param[ \t]+\w+[ \t]*[:=]|pipeline[ \t]+\w+[ \t]*\{|test[ \t]+"[^"\n]*"[ \t]*\{|` +
    String.raw`import[ \t]*(?:\{[^{}\n]*\}[ \t]*from[ \t]*)?"[^"\n]*"[ \t]*$|for[ \t]+\w+[ \t]+in[ \t][^\n]*[{[][ \t]*$)`,
  'gm',
);

/** Chevrotain's custom pattern for `"""…"""`: it ends at the last three of the first run of three or more quotes. */
export function matchRawString(text: string, offset: number): [string] | null {
  if (!text.startsWith(quotes, offset)) return null;
  const end = closingQuotes(text, offset);
  if (end < 0 || nextDeclaration(text, offset, end) >= 0) return null;
  return [text.slice(offset, end)];
}

/** Chevrotain's custom pattern for a `"""` that is never closed: it ends before the next declaration's line. */
export function matchUnterminatedRawString(text: string, offset: number): [string] | null {
  if (!text.startsWith(quotes, offset)) return null;
  const limit = closingQuotes(text, offset);
  const next = nextDeclaration(text, offset, limit < 0 ? text.length : limit);
  const end = next < 0 ? text.length : next;
  return [text.slice(offset, end).trimEnd()];
}

/** Past the closing quotes, or -1. */
function closingQuotes(text: string, offset: number): number {
  let at = text.indexOf(quotes, offset + 3);
  if (at < 0) return -1;
  while (text[at + 3] === '"') at++;
  return at + 3;
}

/** Where a line in (offset, end) begins that opens a declaration, in column 1 or in the string's declaration's own. */
function nextDeclaration(text: string, offset: number, end: number): number {
  const firstBreak = text.indexOf('\n', offset);
  if (firstBreak < 0 || firstBreak >= end) return -1;
  let own: string | undefined;
  declarationLine.lastIndex = firstBreak + 1;
  for (let found = declarationLine.exec(text); found !== null; found = declarationLine.exec(text)) {
    if (found.index >= end) break;
    const indent = found[1] ?? '';
    if (indent === '') return found.index;
    const resume = declarationLine.lastIndex;
    own ??= ownIndent(text, offset);
    if (indent === own) return found.index;
    declarationLine.lastIndex = resume;
  }
  return -1;
}

/** The white space before the declaration that the string at this offset stands in. */
function ownIndent(text: string, offset: number): string {
  let lineEnd = offset;
  while (lineEnd >= 0) {
    const lineStart = text.lastIndexOf('\n', lineEnd - 1) + 1;
    declarationLine.lastIndex = 0;
    const found = declarationLine.exec(text.slice(lineStart, lineEnd));
    if (found !== null) return found[1] ?? '';
    lineEnd = lineStart - 1;
  }
  return '';
}

/** The lines of a raw string's content, with what the common indent is; how both reader and formatter see it. */
export interface RawLines {
  /** What follows the opening quotes on their line, kept as it is; `undefined` if that is only white space. */
  readonly first: string | undefined;
  /** The lines below, the last white one left out, each without the common indent; white lines are empty. */
  readonly lines: readonly string[];
  /** Where each of `lines` begins in the content, its indent skipped. */
  readonly offsets: readonly number[];
  /** Whether the closing quotes stand on a line of their own. */
  readonly closesOnOwnLine: boolean;
}

/** Splits the content between the quotes of a raw string into lines and removes their common indent. */
export function readRawLines(content: string): RawLines {
  const [head = '', ...below] = content.split('\n');
  const first = below.length > 0 && head.trim() === '' ? undefined : head.replace(/\r$/, '');
  const closesOnOwnLine = below.length > 0 && (below.at(-1) ?? '').trim() === '';
  const kept = closesOnOwnLine ? below.slice(0, -1) : below;
  const indent = commonIndent(kept.filter((line) => line.trim() !== ''));
  const lines: string[] = [];
  const offsets: number[] = [];
  let at = head.length + 1;
  for (const line of kept) {
    const white = line.trim() === '';
    lines.push(white ? '' : line.slice(indent.length).replace(/\r$/, ''));
    offsets.push(white ? at : at + indent.length);
    at += line.length + 1;
  }
  return { first, lines, offsets, closesOnOwnLine };
}

/** The longest run of blanks and tabs that all lines begin with. */
function commonIndent(lines: readonly string[]): string {
  let indent = /^[ \t]*/.exec(lines[0] ?? '')?.[0] ?? '';
  for (const line of lines) while (!line.startsWith(indent)) indent = indent.slice(0, -1);
  return indent;
}
