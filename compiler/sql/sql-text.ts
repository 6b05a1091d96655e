/** A word, a quoted piece or a sign of an SQL text. White space and comments are left out. */
export interface SqlToken {
  readonly text: string;
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const pattern =
  /(?<space>\s+|--[^\n]*)|(?<comment>\/\*)|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?<tag>[A-Za-z_]?\w*)\$[^]*?\$\k<tag>\$|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|[^]/uy;

/** Cuts a text into tokens as far as its literals and comments go: enough to find where a statement starts and ends. */
export function sqlTokens(text: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) break;
    const end = match.groups?.['comment'] === undefined ? pattern.lastIndex : commentEnd(text, at);
    if (match.groups?.['comment'] === undefined && match.groups?.['space'] === undefined) {
      tokens.push({ text: text.slice(at, end), start: at, end });
    }
    at = end;
  }
  return tokens;
}

/** Comments nest, as in PostgreSQL. */
function commentEnd(text: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

/** The text of one statement without what surrounds it: comments, white space, the semicolons at its end. */
export function statementText(text: string): string {
  const tokens = sqlTokens(text);
  const last = tokens.findLast((token) => token.text !== ';');
  const first = tokens[0];
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.end);
}
