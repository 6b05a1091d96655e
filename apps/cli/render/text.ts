import { stripVTControlCharacters } from 'node:util';
import { formatCount } from './format.ts';

/** A way to set off text on a terminal. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Applies a style; `plainPaint` where there is no colour. */
export type Paint = (style: Style, text: string) => string;

/** Leaves text as it is. */
export const plainPaint: Paint = (_style, text) => text;

/** What a rendering function knows of where its lines will stand. */
export interface View {
  /** Cells in a line. */
  readonly width: number;
  readonly paint: Paint;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters that terminals show in two cells: CJK, Hangul, fullwidth forms and emoji. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** The number of cells that a text takes on a terminal, styles not counted. */
export function displayWidth(text: string): number {
  const bare = stripVTControlCharacters(text);
  if (/^[\x20-\x7e]*$/.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of graphemes.segment(bare)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/**
 * Text from data, safe to show: control characters, which could move the cursor or change the terminal, become visible
 * ones, and line breaks `⏎`.
 */
export function clean(text: string): string {
  return text
    .replace(/\r?\n/g, '⏎')
    .replace(/[\u0000-\u001f]/g, (character) => String.fromCodePoint(0x2400 + (character.codePointAt(0) ?? 0)))
    .replace(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�');
}

/** Text of at most `width` cells, with `…` where something was left out. It must not be painted yet. */
export function truncate(text: string, width: number): string {
  let kept = '';
  let cut = '';
  let used = 0;
  // No further than needed: segmenting a text of 100 kB whole takes seconds.
  for (const { segment } of graphemes.segment(text)) {
    used += WIDE.test(segment) ? 2 : 1;
    if (used > width) return width <= 0 ? '' : `${cut.trimEnd()}…`;
    kept += segment;
    if (used < width) cut = kept;
  }
  return text;
}

/** Like `truncate`, with the `…` in the middle: names of steps that a loop made differ at their ends. */
export function truncateMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const segments = [...graphemes.segment(text)].map(({ segment }) => segment);
  const tail = segments.slice(-Math.floor((width - 1) / 2)).join('');
  return width < 5 ? truncate(text, width) : `${truncate(text, width - displayWidth(tail))}${tail}`;
}

/** Fills a text to `width` cells. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const missing = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + missing : missing + text;
}

/** Breaks a text between words into lines of at most `width` cells; a word that is longer is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = truncate(word, width);
  }
  return line === '' ? lines : [...lines, line];
}

/** Cells that a text behind a label needs to be read well. */
const LEAST = 14;

/** `label` and the wrapped text behind it, further lines below the text's beginning; where there is no room, all below. */
export function hanging(label: string, text: string, width: number): string[] {
  const indent = displayWidth(label);
  if (text.trim() === '') return [label.trimEnd()];
  if (width - indent < LEAST) return [label.trimEnd(), ...wrap(text, width - 4).map((line) => `    ${line}`)];
  return wrap(text, width - indent).map((line, index) => (index === 0 ? label : ' '.repeat(indent)) + line);
}

/** `a, b and 3 more`: at most `most` of some names. */
export function listNames(names: readonly string[], most = 4): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
}

/** `1 row`, `2 rows`; the number is written with separators. */
export function count(number: number, noun: string): string {
  return `${formatCount(number)} ${number === 1 ? noun : `${noun}s`}`;
}

/** The beginning of a documentation: up to the first full stop, question or exclamation mark that ends a sentence, or paragraph. */
export function firstSentence(doc: string): string {
  const [paragraph = ''] = doc.trim().split(/\n\s*\n/);
  return (/^[\s\S]*?[.?!](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph).replace(/\s*\n\s*/g, ' ');
}

/** A documentation as it stands below a heading: its paragraphs, wrapped. */
export function docLines(doc: string | undefined, view: View): string[] {
  const paragraphs = (doc ?? '').trim().split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph, index) => [...(index === 0 ? [] : ['']), ...wrap(clean(paragraph.replace(/\s+/g, ' ')), view.width).map((line) => view.paint('dim', line))]);
}
