import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDocument } from '../../grammar/format-document.ts';
import { renderDiagnostic } from '../../grammar/index.ts';
import { parseDocument } from '../../grammar/parse-document.ts';
import { documentText } from './arbitrary-document.ts';
import { meaning } from './mutations.ts';

const soup = fc
  .array(
    fc.constantFrom(
      ...['source', 'for', 'in', 'test', 'import', 'from', 'as', 'param', 'pipeline', 'x', 'true', '=', ':', ',', '..', '.'],
      ...['{', '}', '[', ']', '(', ')', '?', '*', '"', '"""', '"s"', '1', '5ms', '1.', '${', '${x}', '\\', '//', '///', '\n', '\n\n  ', '\0'],
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(' '));

test.each([
  ['any text', fc.string({ unit: 'binary', maxLength: 200 })],
  ['any tokens', soup],
  ['documents cut and joined', fc.tuple(documentText, documentText, fc.nat(200)).map(([a, b, n]) => a.slice(0, n) + b.slice(n / 2))],
])('parsing never throws and every diagnostic can be shown: %s', (_, texts) => {
  fc.assert(
    fc.property(texts, (text) => {
      const { value, diagnostics } = parseDocument('any.mlp', text);
      for (const diagnostic of diagnostics) {
        const { start = 0, end = 0 } = diagnostic.span ?? {};
        expect(start >= 0 && start <= end && end <= text.length).toBe(true);
        expect(renderDiagnostic(diagnostic, () => text)).toContain(diagnostic.message);
      }
      expect(value.span.end).toBe(text.length);
    }),
    { numRuns: 100 },
  );
});

test('formatting keeps the tree and the comments, and formatting again changes nothing', () => {
  fc.assert(
    fc.property(documentText, (text) => {
      const before = parseDocument('any.mlp', text);
      expect(before.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const formatted = formatDocument(before.value, text);
      const after = parseDocument('any.mlp', formatted);
      expect(after.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(meaning(after.value)).toBe(meaning(before.value));
      expect(after.value.comments.map((comment) => comment.text)).toEqual(before.value.comments.map((comment) => comment.text));
      expect(formatDocument(after.value, formatted)).toBe(formatted);
    }),
    { numRuns: 500 },
  );
});
