import { lineStarts, positionAt, type Position, type Span } from '../span.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Colours, given from outside: each wraps a text in what its terminal or page needs. */
export interface Paint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly hint: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const same = (text: string): string => text;
const plain: Paint = { error: same, warning: same, hint: same, dim: same, bold: same };

const tabWidth = 2;
/** Longer lines are cut around the place, to this many columns. */
const maxWidth = 160;

/**
 * A diagnostic for people: its message, the line it stands on with carets below, the hint, and related places. `textOf`
 * gives a file's text; without it, and without a span, only the place's name or nothing is shown.
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  textOf: (file: string) => string | undefined,
  paint: Paint = plain,
): string {
  const { code, severity, message, span, hint, related = [] } = diagnostic;
  const head = `${paint[severity](`${severity}[${code}]`)}${paint.bold(`: ${message}`)}`;
  const text = span === undefined ? undefined : textOf(span.file);
  if (span === undefined || text === undefined) {
    const place = span === undefined ? [] : [`  ${paint.dim('┌─')} ${span.file}`];
    return [head, ...place, ...(hint === undefined ? [] : [`  ${paint.dim('=')} ${paint.hint(hint)}`])].join('\n');
  }
  const starts = lineStarts(text);
  const at = positionAt(starts, Math.min(span.start, text.length));
  const width = Math.max(2, String(at.line).length);
  const gutter = ' '.repeat(width);
  const { source, carets } = excerpt(text, starts, span, at);
  const notes = related.map((other) => `${other.message} (${placeOf(other.span, span, textOf)})`);
  return [
    head,
    `${gutter}${paint.dim('┌─')} ${span.file}:${at.line}:${at.column}`,
    `${paint.dim(`${String(at.line).padStart(width)}│`)} ${source}`,
    `${gutter}${paint.dim('│')} ${paint[severity](carets)}${hint === undefined ? '' : ` ${paint.hint(hint)}`}`,
    ...notes.map((note) => `${gutter}${paint.dim('=')} ${note}`),
  ].join('\n');
}

/** `29:34`, with the file's name if it is another one than the diagnostic's. */
function placeOf(span: Span, main: Span, textOf: (file: string) => string | undefined): string {
  const text = textOf(span.file);
  const name = span.file === main.file ? '' : span.file;
  if (text === undefined) return span.file;
  const { line, column } = positionAt(lineStarts(text), Math.min(span.start, text.length));
  return `${name === '' ? 'at ' : `${name}:`}${line}:${column}`;
}

/** The first line of a span and the carets that belong below it, as wide as what is above them. */
function excerpt(
  text: string,
  starts: readonly number[],
  span: Span,
  at: Position,
): { source: string; carets: string } {
  const lineStart = starts[at.line - 1] ?? 0;
  const whole = text.slice(lineStart, starts[at.line] ?? text.length).replace(/[\r\n]+$/, '');
  const column = Math.min(at.column - 1, whole.length);
  const end = Math.min(Math.max(span.end - lineStart, column), whole.length);
  // Of a span over several lines the first is underlined to its end, with a sign that it goes on.
  const goesOn = span.end - lineStart > whole.length + 2 ? '…' : '';
  const from = column > maxWidth - 40 ? column - 40 : 0;
  const source = expandTabs(whole.slice(from, from + maxWidth));
  const before = (from > 0 ? '…' : '') + expandTabs(whole.slice(from, column));
  const marked = expandTabs(whole.slice(column, Math.min(end, from + maxWidth)));
  return {
    source: (from > 0 ? '…' : '') + source + (from + maxWidth < whole.length ? '…' : ''),
    carets: ' '.repeat(displayWidth(before)) + '^'.repeat(Math.max(1, displayWidth(marked))) + goesOn,
  };
}

function expandTabs(text: string): string {
  // Control characters would move a terminal's cursor or colours.
  return text.replaceAll('\t', ' '.repeat(tabWidth)).replace(/[\u0000-\u001f\u007f-\u009f]/g, '�');
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const wide =
  /^(?:\p{Emoji_Presentation}|.\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;

/** Columns that a text takes on a terminal. */
function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : /^[\p{M}\p{Cf}]/u.test(segment) ? 0 : 1;
  return width;
}
