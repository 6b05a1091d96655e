import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, test } from 'vitest';
import { lineStarts, positionAt, type Diagnostic } from '../../grammar/index.ts';
import { parseDocument } from '../../grammar/parse-document.ts';
import { allItems, meaning, mutations, type Mutation } from './mutations.ts';

const files = globSync(['pipelines/**/*.mlp', 'test/grammar/fixtures/*.mlp']).sort();

describe.each(files)('%s', (file) => {
  const text = readFileSync(file, 'utf8');
  const whole = parseDocument(file, text);

  test('has no errors', () => {
    expect(whole.diagnostics).toEqual([]);
  });

  test('any one token damaged leaves every other declaration, with at most two errors and the first one near', () => {
    const items = allItems(whole.value).map((item) => ({ span: item.span, meaning: meaning(item) }));
    const failures: string[] = [];
    for (const mutation of mutations(text)) {
      const damaged = parseDocument(file, mutation.text);
      const left = new Set(allItems(damaged.value).map(meaning));
      const lost = items.filter((item) => untouched(item.span, mutation) && !left.has(item.meaning));
      const errors = damaged.diagnostics;
      const near = errors[0] === undefined || isNear(mutation, errors[0]);
      if (lost.length === 0 && errors.length <= 2 && near) continue;
      const { line, column } = positionAt(lineStarts(text), mutation.start);
      failures.push(
        `${basename(file)}:${line}:${column} ${mutation.what.replaceAll('\n', '⏎')}: ${lost.length} lost, ` +
          errors.map((error) => `${error.code} ${show(mutation.text, error)}`).join('; '),
      );
    }
    expect(failures.join('\n')).toBe('');
  });
});

function untouched(span: { start: number; end: number }, { start, end }: Mutation): boolean {
  return span.end <= start || span.start >= end;
}

/** Within one line; a bracket that is never closed stands at its opener, and the damage at what it says beside that. */
function isNear({ text, newStart, newEnd }: Mutation, error: Diagnostic): boolean {
  const starts = lineStarts(text);
  const [first, last] = [positionAt(starts, newStart).line, positionAt(starts, newEnd).line];
  const spans = [error.span, ...(error.code === 'unclosed-bracket' ? (error.related ?? []).map(({ span }) => span) : [])];
  return spans.some((span) => {
    if (span === undefined) return false;
    const { line } = positionAt(starts, span.start);
    return line >= first - 1 && line <= last + 1;
  });
}

function show(text: string, { span, message }: Diagnostic): string {
  const { line, column } = positionAt(lineStarts(text), span?.start ?? 0);
  return `${line}:${column} ${message}`;
}
