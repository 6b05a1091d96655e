import { basename } from 'node:path';
import type { Problem } from '../../../compiler/needs.ts';
import { StepError } from '../../../compiler/kinds/run.ts';
import { isCompressed } from './file-start.ts';
import { findOtherLineEnd } from './line-ends.ts';

/** DuckDB's message without its prefix, its advice in terms of its own options, and the line of SQL that it repeats. */
export function plainMessage(error: unknown): string {
  const raw = error instanceof Error ? error.message : String(error);
  const [first = ''] = raw
    .replace(/^(?:[A-Z][A-Za-z-]* )+Error: /, '')
    .split(/\n\s*(?:LINE \d|Possible |Candidate |Try setting |Did you mean|\* )/);
  return first.trim();
}

/** Whether a query failed for what it was given, and not for a mistake of this program. */
export function isUsersError(error: unknown): boolean {
  return error instanceof Error && /^(Conversion|Invalid Input|Out of Range|Out of Memory|IO|Constraint|Not implemented|Invalid) Error|^Invalid Error/.test(error.message);
}

/** A failure of a query as a failure of its step; mistakes of this program pass as they are. */
export function stepFailure(error: unknown, describe: (message: string) => { readonly message: string; readonly hint?: string }): Error {
  if (error instanceof StepError) return error;
  if (!isUsersError(error)) return error instanceof Error ? error : new Error(String(error));
  if (error instanceof Error && error.message.startsWith('Out of Memory')) {
    return new StepError('DuckDB needs more memory than the step may use', 'give it more with `--memory`, or work on fewer rows or columns');
  }
  const { message, hint } = writingProblem(error) ?? describe(plainMessage(error));
  return new StepError(message, hint);
}

/** A failure of an author's query as a failure of its step. */
export function queryFailure(error: unknown): Error {
  return stepFailure(error, explainQuery);
}

function explainQuery(message: string): { message: string; hint?: string } {
  const conversion = /^Could not convert (?:string )?['"]([\s\S]*)['"] to '?([\w() ,]+?)'?(?: when casting.*)?$/.exec(message);
  if (conversion !== null) {
    return { message: `the query meets \`${conversion[1]}\`, which is no ${conversion[2]}`, hint: 'TRY_CAST gives null where a value cannot be converted' };
  }
  if (/[Oo]verflow|out of range/.test(message)) return { message: `the query fails: ${message}`, hint: 'cast to a wider type first, as in `x::DOUBLE`' };
  return { message: `the query fails: ${message}` };
}

/** What keeps a result from being written, or what does not fit into memory from being put on the disk. */
export function writingProblem(error: unknown): { readonly message: string; readonly hint?: string } | undefined {
  const raw = error instanceof Error ? error.message : String(error);
  if (/No space left on device|Disk quota exceeded|not enough space on the disk/i.test(raw)) {
    return { message: 'no space is left on the disk', hint: 'make room, then run it again: what was finished is kept' };
  }
  const [, reason] = /Could not write file "[^"]*": ([^\n]*)/.exec(raw) ?? [];
  return reason === undefined ? undefined : { message: `its result cannot be written: ${reason}` };
}

/** What a reader says of a file that it cannot read, in the user's terms. */
export async function readerProblem(error: unknown, paths: readonly string[]): Promise<Problem> {
  const writing = writingProblem(error);
  if (writing !== undefined) return { ok: false, ...writing };
  const raw = error instanceof Error ? error.message : String(error);
  const file = paths.find((path) => raw.includes(path)) ?? paths[0] ?? '';
  const name = basename(file);
  return (await lineEndProblem(raw, file)) ?? csvProblem(raw, name) ?? jsonProblem(raw, name) ?? parquetProblem(raw, name) ?? { ok: false, message: `\`${name}\` cannot be read: ${plainMessage(error)}` };
}

/** DuckDB does not say where its parser came to a halt. */
async function lineEndProblem(raw: string, file: string): Promise<Problem | undefined> {
  if (!raw.includes('CSV Parser state machine')) return undefined;
  const found = isCompressed(file, {}) ? undefined : await findOtherLineEnd(file);
  const name = basename(file);
  if (found === undefined) return { ok: false, message: `the quotes or line ends of \`${name}\` are not those of CSV`, hint: 'set `quote` and `escape` as the file uses them, and end all lines alike' };
  return {
    ok: false,
    message: `line ${found.line} of \`${name}\` ends with \`${found.other}\`, and the first line with \`${found.first}\``,
    hint: `end all lines alike, as with \`sed -i 's/\\r$//' ${name}\``,
  };
}

function csvProblem(raw: string, name: string): Problem | undefined {
  const found = /CSV Error on Line: (\d+)\n(?:Original Line: ([\s\S]*?)\n)?(Expected Number|Value with|Invalid unicode|Error when converting|Maximum line)([^\n]*)/.exec(raw);
  if (found === null) return undefined;
  const [, line, text = '', what, rest = ''] = found;
  const place = `line ${line} of \`${name}\``;
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  switch (what) {
    case 'Expected Number': {
      const [, expected, had] = /of Columns: (\d+) Found: (\d+)/.exec(rest) ?? [];
      return {
        ok: false,
        message: `${place} has ${count(had)} where the first line has ${expected}: \`${shown}\``,
        hint: Number(had) < Number(expected) ? 'mend the line; `null_padding: true` fills short lines with nulls' : 'put quotes around a value with the delimiter in it, or mend the line',
      };
    }
    case 'Value with':
      return { ok: false, message: `${place} has a quote that is not closed, or closed in the middle of a value: \`${shown}\``, hint: 'set `quote` and `escape` as the file uses them' };
    case 'Invalid unicode':
      return { ok: false, message: `\`${name}\` is not UTF-8 text, near line ${line}`, hint: 'say `encoding: "latin-1"` or `encoding: "utf-16"`, or save the file as UTF-8' };
    case 'Error when converting': {
      const [, column, value, type] = /column "(.*)"\. Could not convert string "([\s\S]*)" to '(.*)'/.exec(raw) ?? [];
      return {
        ok: false,
        message: `${place}: \`${column}\` is \`${value}\`, and the rows before it were all of type ${type}`,
        hint: `say its type under \`schema\`, as in \`${column}: string\`, or look at every row for it with \`sample_size: -1\``,
      };
    }
    default:
      return { ok: false, message: `${place} is longer than a line may be`, hint: 'raise `max_line_size`, or set `quote` as the file uses it' };
  }
}

function count(values: string | undefined): string {
  return values === '1' ? '1 value' : `${values} values`;
}

function jsonProblem(raw: string, name: string): Problem | undefined {
  const malformed = /Malformed JSON in file "[^"]*", at byte (\d+) in (record\/value|line) (\d+): ([^\n]*?)\.?\s*(?:\n|$)/.exec(raw);
  if (malformed !== null) {
    const [, byte, unit, at, reason = ''] = malformed;
    const cut = reason.includes('unexpected end');
    return {
      ok: false,
      message: `\`${name}\` is not JSON: ${reason} at byte ${byte} of ${unit === 'line' ? 'line' : 'record'} ${at}`,
      ...(cut ? { hint: 'the file may have been cut off: copy or download it again' } : {}),
    };
  }
  const transform = /JSON transform error in file "[^"]*", in (record\/value|line) (\d+): ([^\n]*)/.exec(raw);
  if (transform === null) return undefined;
  const [, unit, at, reason] = transform;
  return {
    ok: false,
    message: `${unit === 'line' ? 'line' : 'record'} ${at} of \`${name}\` is unlike those before it: ${reason}`,
    hint: 'say the type of that column under `schema`, or look at every record with `sample_size: -1`',
  };
}

function parquetProblem(raw: string, name: string): Problem | undefined {
  const [, column, type, as] = /the column "([^"]*)" has type (.*), but we are trying to read it as type ([^\n.]*)/.exec(raw) ?? [];
  if (column !== undefined) {
    return { ok: false, message: `\`${column}\` is ${type} in \`${name}\`, and ${as} in the first file`, hint: 'make a source for each, and bring them together in SQL' };
  }
  if (!/magic bytes|Parquet|parquet|TProtocol|Snappy|ZSTD/.test(raw) || /CSV|JSON/.test(raw)) return undefined;
  return { ok: false, message: `\`${name}\` is damaged: ${plainMessage(raw)}`, hint: 'copy or download it again' };
}
