import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { describe, expect, test } from 'vitest';
import { children, lineStarts, positionAt, walk, type Node } from '../../grammar/index.ts';
import { parseDocument } from '../../grammar/parse-document.ts';
import { MlpParser } from '../../grammar/parser.ts';
import { expectGolden, readCases } from './golden.ts';
import { outline } from './outline.ts';

test('the grammar passes the checks of Chevrotain that are skipped when the program runs', () => {
  expect(() => new MlpParser(false)).not.toThrow();
});

test.each(globSync('test/grammar/fixtures/*.mlp').sort())('%s gives the committed tree', (file) => {
  const text = readFileSync(file, 'utf8');
  expectGolden(file.replace(/\.mlp$/, '.tree'), outline(parseDocument(file, text).value, text));
});

describe('syntax errors', () => {
  const report = (text: string): string => {
    const starts = lineStarts(text);
    const lines = parseDocument('case.mlp', text).diagnostics.map(({ severity, code, span, message, hint, related }) => {
      const { line, column } = positionAt(starts, span?.start ?? 0);
      const more = (related ?? []).map((other) => ` / ${other.message}`).join('');
      return `${line}:${column} ${severity}[${code}] ${message}${hint === undefined ? '' : ` (${hint})`}${more}\n`;
    });
    return lines.join('') || 'none\n';
  };
  const cases = readCases('test/grammar/errors.cases', '//~', report);
  test.each(cases.map((one) => [one.name, one] as const))('%s', (_, { given, expected }) => {
    expect(report(given)).toBe(expected);
  });
});

test('spans lie within their parents, in order, and are of what they say', () => {
  for (const file of globSync('test/grammar/fixtures/*.mlp')) {
    const text = readFileSync(file, 'utf8');
    walk(parseDocument(file, text).value, (node: Node) => {
      for (const child of children(node)) {
        expect(child.span.start).toBeGreaterThanOrEqual(node.span.start);
        expect(child.span.end).toBeLessThanOrEqual(node.span.end);
      }
      if (node.kind === 'word' || node.kind === 'number') {
        expect(text.slice(node.span.start, node.span.end)).toBe(node.text);
      }
    });
  }
});

test('ten thousand declarations are read in well under a second', () => {
  const text = 'table t = sql("""\n  SELECT a\n""")\n\nmodel m = xgboost(t) { a: 1, b: [1, 2] }\n\n'.repeat(5_000);
  const start = process.cpuUsage();
  const { value, diagnostics } = parseDocument('large.mlp', text);
  expect(diagnostics).toEqual([]);
  expect(value.items).toHaveLength(10_000);
  // Processor time, which other work on the machine leaves alone; a quadratic step would take minutes.
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(3_000);
});

test.each(['[', '(', '{', '{ a ', 'f(', '"""', 'for r in x {\n', '}', '\\'])('a great many of %j are errors, not a crash', (text) => {
  const { diagnostics } = parseDocument('deep.mlp', `source a = csv(${text.repeat(20_000)}`);
  expect(diagnostics.length).toBeGreaterThan(0);
});
