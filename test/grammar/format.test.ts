import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { describe, expect, test } from 'vitest';
import { formatDocument } from '../../grammar/format-document.ts';
import { parseDocument } from '../../grammar/parse-document.ts';
import { readCases } from './golden.ts';
import { meaning } from './mutations.ts';

function format(text: string): string {
  const { value, diagnostics } = parseDocument('case.mlp', text);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return formatDocument(value, text);
}

describe('before and after', () => {
  const cases = readCases('test/grammar/format.cases', '==>', format);
  test.each(cases.map((one) => [one.name, one] as const))('%s', (_, { given, expected }) => {
    expect(format(given)).toBe(expected);
    expect(format(expected)).toBe(expected);
    expect(meaning(parseDocument('case.mlp', expected).value)).toBe(meaning(parseDocument('case.mlp', given).value));
  });
});

test.each(globSync(['pipelines/**/*.mlp', 'test/grammar/fixtures/*.mlp']).sort())('%s is in the canonical layout', (file) => {
  const text = readFileSync(file, 'utf8');
  expect(format(text)).toBe(text);
});
