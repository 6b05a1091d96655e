import type { SqlProblem } from '../../../compiler/sql/analysis.ts';

interface DuckDBError {
  readonly exception_type?: string;
  readonly exception_message?: string;
  readonly position?: string;
  readonly error_subtype?: string;
  readonly type?: string;
  readonly name?: string;
  /** The call with the types of its arguments, where none of the functions of its name takes them. */
  readonly call?: string;
}

/** An error that DuckDB threw under `errors_as_json`, in the user's terms. */
export function bindingProblem(error: unknown, text: string): SqlProblem {
  const raw = error instanceof Error ? error.message : String(error);
  const details = errorDetails(raw);
  const message = details.exception_message ?? raw;
  return { ...explain(details, message), ...byteOffset(Number(details.position ?? -1), text) };
}

/** An error that `json_serialize_sql` gave in place of a tree. */
export function syntaxProblem(message: string, position: string | undefined, text: string): SqlProblem {
  const near = /^syntax error at or near "(.*)"$/s.exec(message)?.[1];
  const plain = near === undefined ? firstLines(message) : `SQL does not expect \`${near}\` here`;
  // The parser counts characters, everything else in DuckDB counts bytes.
  const offset = position === undefined ? {} : { offset: Array.from(text).slice(0, Number(position)).join('').length };
  return { kind: 'syntax', message: plain, ...offset };
}

function errorDetails(raw: string): DuckDBError {
  const start = raw.indexOf('{');
  if (start < 0) return {};
  try {
    return JSON.parse(raw.slice(start)) as DuckDBError;
  } catch {
    return {};
  }
}

function explain(details: DuckDBError, message: string): SqlProblem {
  const column = details.error_subtype === 'COLUMN_NOT_FOUND' ? details.name : undefined;
  if (column !== undefined) return unknown('column', column, `no table of this query has a column \`${column}\``);
  const qualified = /"(.*)" does not have a column named "(.*)"/s.exec(message);
  if (qualified?.[1] !== undefined && qualified[2] !== undefined) {
    return unknown('column', qualified[2], `\`${qualified[1]}\` has no column \`${qualified[2]}\``);
  }
  const table = /^Referenced table "(.*)" not found!/.exec(message)?.[1];
  if (table !== undefined) return unknown('table', table, `this query reads no table \`${table}\``);
  if (details.error_subtype === 'MISSING_ENTRY' && details.name !== undefined) {
    const what = details.type === 'Table' ? 'table' : /function/i.test(details.type ?? '') ? 'function' : undefined;
    // Of functions DuckDB knows all that there are, so that its guess is as good as any.
    const guess = what === 'function' ? /^Did you mean "(.*)"\?/m.exec(message)?.[1] : undefined;
    const hint = guess === undefined ? {} : { hint: `did you mean \`${guess}\`?` };
    if (what !== undefined) return { ...unknown(what, details.name, `there is no ${what} \`${details.name}\``), ...hint };
  }
  if (details.error_subtype === 'NO_MATCHING_FUNCTION' && details.call !== undefined) return wrongArguments(details.call, details.name ?? '');
  const kind = details.exception_type === 'Parser' ? 'syntax' : 'binding';
  return { kind, message: firstLines(message) };
}

/** A call whose arguments have the wrong types: `sum(VARCHAR)`. What the function takes instead may be dozens of lines. */
function wrongArguments(call: string, name: string): SqlProblem {
  const given = call.slice(name.length + 1, -1).replace(/\b(INTEGER|STRING)_LITERAL\b/g, (_, type: string) => (type === 'STRING' ? 'VARCHAR' : type));
  const message = `\`${name === '~~' ? 'LIKE' : name}\` does not take ${given === '' ? 'no arguments' : `(${given})`}`;
  return { kind: 'binding', message, hint: 'say what is meant with `CAST(… AS type)`, or `TRY_CAST`, which gives null where it cannot' };
}

function unknown(kind: 'column' | 'table' | 'function', name: string, message: string): SqlProblem {
  return { kind: 'binding', message, unknown: { kind, name } };
}

/** Without DuckDB's prefix, its guesses at names (it knows only its own), and the line of the query that it repeats. */
function firstLines(message: string): string {
  const lines = message.replace(/^[A-Z][A-Za-z ]* Error: /, '').split('\n');
  const end = lines.findIndex((line) => /^(Did you mean|Candidate (bindings|tables)|LINE \d|$)/.test(line));
  return (end < 1 ? lines : lines.slice(0, end)).join('\n').trim();
}

/** The place in the text of a place in its UTF-8 bytes; nothing for DuckDB's mark of an unknown place. */
export function byteOffset(bytes: number, text: string): { offset?: number } {
  const buffer = Buffer.from(text, 'utf8');
  if (!(bytes >= 0 && bytes <= buffer.length)) return {};
  return { offset: buffer.subarray(0, bytes).toString('utf8').length };
}
