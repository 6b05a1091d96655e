import type { InterpolationValue, StringPiece, StringValue, TextPiece } from './ast.ts';
import { diagnose, type Diagnostic } from './diagnostics/diagnostic.ts';
import { readRawLines } from './raw-string.ts';
import type { Span } from './span.ts';

type Report = (diagnostic: Diagnostic) => void;

const interpolation = /\$\{([ \t]*)([A-Za-z_][A-Za-z0-9_]*)[ \t]*\}/y;
const unicodeEscape = /\\u\{([0-9a-fA-F]{1,6})\}/y;
const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', $: '$' };

/** One character, escape, line break with its indent, or interpolation of a string, and where it stands. */
interface Unit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly value?: InterpolationValue;
}

/** Reads a string token, quotes included; `closed` tells whether the closing quotes are there. */
export function parseString(span: Span, image: string, closed: boolean, report: Report): StringValue {
  const raw = image.startsWith('"""');
  const width = raw ? 3 : 1;
  const content = image.slice(width, closed ? image.length - width : undefined);
  const start = span.start + width;
  const units = raw ? rawUnits(span.file, start, content) : plainUnits(span.file, start, content, report);
  return { kind: 'string', span, raw, pieces: joinUnits(span.file, units) };
}

/** Reads an interpolation that stands as a value: `${name}`. */
export function parseInterpolation(span: Span, image: string): InterpolationValue {
  return readInterpolation(span.file, span.start, image, 0)?.value ?? emptyInterpolation(span);
}

function emptyInterpolation(span: Span): InterpolationValue {
  return { kind: 'interpolation', span, name: { kind: 'word', span, text: '' } };
}

/**
 * The offset in the file of a character of a piece's text: where a finding about SQL stands, although the indent of its
 * lines was removed, or escapes undone.
 */
export function offsetInFile(source: string, literal: StringValue, piece: TextPiece, offset: number): number {
  const { file, start, end } = literal.span;
  const image = source.slice(start, end);
  const width = literal.raw ? 3 : 1;
  const content = image.slice(width, image.length > width && image.endsWith('"') ? image.length - width : undefined);
  const units = literal.raw
    ? rawUnits(file, start + width, content)
    : plainUnits(file, start + width, content, () => undefined);
  let left = offset;
  for (const unit of units) {
    if (unit.value !== undefined || unit.start < piece.span.start || unit.end > piece.span.end) continue;
    if (left < unit.text.length) return unit.text.length === unit.end - unit.start ? unit.start + left : unit.start;
    left -= unit.text.length;
  }
  return piece.span.end;
}

function plainUnits(file: string, start: number, content: string, report: Report): Unit[] {
  const units: Unit[] = [];
  let at = 0;
  while (at < content.length) {
    const unit = readInterpolation(file, start, content, at) ?? readEscape(file, start, content, at, report);
    units.push(unit);
    at = unit.end - start;
  }
  return units;
}

function readEscape(file: string, start: number, content: string, at: number, report: Report): Unit {
  const from = start + at;
  const unit = (length: number, text: string): Unit => ({ start: from, end: from + length, text });
  if (content.startsWith('${', at)) {
    report(diagnose('bad-interpolation', { file, start: from, end: from + 2 }, {}));
    return unit(2, '${');
  }
  if (content[at] !== '\\') {
    const plain = /[^\\$]+/y;
    plain.lastIndex = at;
    const run = plain.exec(content)?.[0] ?? content.charAt(at);
    return unit(run.length, run);
  }
  const simple = simpleEscapes[content.charAt(at + 1)];
  if (simple !== undefined) return unit(2, simple);
  unicodeEscape.lastIndex = at;
  const unicode = unicodeEscape.exec(content);
  const code = Number.parseInt(unicode?.[1] ?? '', 16);
  if (unicode !== null && code <= 0x10ffff) return unit(unicode[0].length, String.fromCodePoint(code));
  const escape = unicode?.[0] ?? `\\${String.fromCodePoint(content.codePointAt(at + 1) ?? 0x20)}`.trimEnd();
  report(diagnose('unknown-escape', { file, start: from, end: from + escape.length }, { escape }));
  return unit(escape.length, escape);
}

function rawUnits(file: string, start: number, content: string): Unit[] {
  const { first, lines, offsets } = readRawLines(content);
  const units: Unit[] = first === undefined ? [] : lineUnits(file, start, first);
  let end = start + (first?.length ?? 0);
  lines.forEach((line, index) => {
    const lineStart = start + (offsets[index] ?? 0);
    if (first !== undefined || index > 0) units.push({ start: end, end: lineStart, text: '\n' });
    units.push(...lineUnits(file, lineStart, line));
    end = lineStart + line.length;
  });
  return units;
}

function lineUnits(file: string, start: number, line: string): Unit[] {
  const units: Unit[] = [];
  let at = 0;
  while (at < line.length) {
    let next = line.indexOf('${', at);
    while (next >= 0 && readInterpolation(file, start, line, next) === undefined) next = line.indexOf('${', next + 2);
    const end = next < 0 ? line.length : next;
    if (end > at) units.push({ start: start + at, end: start + end, text: line.slice(at, end) });
    const inserted = next < 0 ? undefined : readInterpolation(file, start, line, next);
    if (inserted !== undefined) units.push(inserted);
    at = inserted === undefined ? end : inserted.end - start;
  }
  return units;
}

function readInterpolation(file: string, start: number, content: string, at: number): Required<Unit> | undefined {
  interpolation.lastIndex = at;
  const found = interpolation.exec(content);
  if (found === null) return undefined;
  const [image, blank = '', text = ''] = found;
  const span = { file, start: start + at, end: start + at + image.length };
  const nameStart = span.start + 2 + blank.length;
  const name = { kind: 'word', span: { file, start: nameStart, end: nameStart + text.length }, text } as const;
  return { start: span.start, end: span.end, text: '', value: { kind: 'interpolation', span, name } };
}

function joinUnits(file: string, units: readonly Unit[]): StringPiece[] {
  const pieces: StringPiece[] = [];
  for (const unit of units) {
    const last = pieces.at(-1);
    if (unit.value !== undefined) pieces.push(unit.value);
    else if (last?.kind === 'text') {
      const span = { file, start: last.span.start, end: unit.end };
      pieces[pieces.length - 1] = { kind: 'text', span, text: last.text + unit.text };
    } else pieces.push({ kind: 'text', span: { file, start: unit.start, end: unit.end }, text: unit.text });
  }
  return pieces.filter((piece) => piece.kind === 'interpolation' || piece.text !== '');
}
