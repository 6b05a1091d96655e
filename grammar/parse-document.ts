import type { Comment, Document, Item } from './ast.ts';
import { diagnose, type Checked, type Diagnostic } from './diagnostics/diagnostic.ts';
import { cutSections, type Unclosed } from './layout.ts';
import { lexText, spanOf, type Lexed, type Token } from './lex-text.ts';
import { parseSection } from './repair.ts';
import { showToken } from './report-repair.ts';
import { lineStarts, positionAt } from './span.ts';
import { closerLabels, closerOf, openerOf, UnterminatedRawString, UnterminatedString } from './tokens.ts';

/**
 * Parses a file. Never throws: what is wrong is in the diagnostics, by place, and the document has every item that
 * could be understood. The file is only a name here.
 */
export function parseDocument(file: string, text: string): Checked<Document> {
  const lexed = lexText(file, text);
  const items: Item[] = [];
  const diagnostics: Diagnostic[] = [...lexed.diagnostics];
  const documented = new Set<number>();
  const damagedLines = linesOf(text, lexed.diagnostics);
  for (const section of cutSections(lexed.tokens)) {
    const parsed = readSection(file, lexed, section, documented);
    items.push(...parsed.items);
    const first = section.find(({ tokenType }) => unterminated.has(tokenType.name));
    const starts = damagedLines.size > 0 ? lineStarts(text) : [];
    for (const diagnostic of parsed.diagnostics) {
      // What follows from a character or string that could not be read is not reported again.
      const start = diagnostic.span?.start ?? 0;
      const consequence = damagedLines.has(positionAt(starts, start).line) || start > (first?.startOffset ?? Infinity);
      if (!consequence || !follows.has(diagnostic.code)) diagnostics.push(diagnostic);
    }
  }
  for (const [offset, comments] of lexed.docs) {
    if (!documented.has(offset)) diagnostics.push(reportDoc(comments));
  }
  diagnostics.sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
  const span = { file, start: 0, end: text.length };
  return { value: { kind: 'document', span, items, comments: lexed.comments }, diagnostics };
}

/** Brackets within brackets; people write about ten. */
const maxDepth = 100;

const unterminated = new Set([UnterminatedRawString.name, UnterminatedString.name]);

/** Codes that a character or string that could not be read brings with it. */
const follows: ReadonlySet<string> = new Set([
  ...['unexpected-token', 'stray-token', 'missing-token', 'missing-separator', 'missing-keyword', 'unclosed-bracket'],
  ...['extra-comma', 'open-range', 'unread-rest'],
]);

function linesOf(text: string, diagnostics: readonly Diagnostic[]): ReadonlySet<number> {
  if (diagnostics.length === 0) return new Set();
  const starts = lineStarts(text);
  return new Set(diagnostics.map(({ span }) => positionAt(starts, span?.start ?? 0).line));
}

function readSection(
  file: string,
  lexed: Lexed,
  section: readonly Token[],
  documented: Set<number>,
): { items: readonly Item[]; diagnostics: readonly Diagnostic[] } {
  const docOf = (offset: number): string | undefined => {
    const comments = lexed.docs.get(offset);
    if (comments === undefined) return undefined;
    documented.add(offset);
    return comments.map(({ text }) => text.replace(/^\/\/\/ ?/, '')).join('\n');
  };
  const deep = tooDeep(section);
  if (deep !== undefined) {
    return { items: [], diagnostics: [diagnose('too-deep', spanOf(file, deep), { limit: maxDepth })] };
  }
  const { items, diagnostics, closed } = parseSection(section, { file, docOf });
  if (closed === undefined) return { items, diagnostics };
  // Where something is broken, what a comment belongs to is not certain.
  for (const token of section) documented.add(token.startOffset);
  const layout = [
    ...closed.unclosed.map((unclosed) => reportUnclosed(file, unclosed)),
    ...closed.stray.map((token) => diagnose('stray-token', spanOf(file, token), { found: showToken(token) })),
  ];
  return { items, diagnostics: [...layout, ...diagnostics] };
}

/** The bracket that would take the parser, and all that walk its tree, too deep for their stack. */
function tooDeep(section: readonly Token[]): Token | undefined {
  let depth = 0;
  return section.find(({ tokenType }) => {
    if (openerOf.has(tokenType)) depth--;
    return closerOf.has(tokenType) && ++depth > maxDepth;
  });
}

function reportUnclosed(file: string, { opener, closer, before }: Unclosed): Diagnostic {
  const parameters = { opener: opener.image, closer: closerLabels.get(closer.tokenType.name) ?? '' };
  const place = { file, start: closer.startOffset, end: closer.startOffset };
  const message = before === undefined ? 'it could end here' : `it could end here, before ${showToken(before)}`;
  return diagnose('unclosed-bracket', spanOf(file, opener), parameters, [{ span: place, message }]);
}

function reportDoc(comments: readonly Comment[]): Diagnostic {
  const [first, last] = [comments[0], comments.at(-1)];
  const span = first === undefined || last === undefined ? undefined : { ...first.span, end: last.span.end };
  return diagnose('document-nothing', span, {});
}
