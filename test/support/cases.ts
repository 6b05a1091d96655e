import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

/** A case of a fixture file: `--- name`, what is given, the mark `//~`, and what is expected. */
export interface Case {
  readonly name: string;
  readonly given: string;
  readonly expected: string;
}

const MARK = '//~\n';

/** Reads the cases of a fixture file. */
export function readCases(path: string): Case[] {
  return readFileSync(path, 'utf8')
    .split(/^--- /m)
    .slice(1)
    .map((part) => {
      const [head = '', ...rest] = part.split('\n');
      const [given = '', expected = ''] = rest.join('\n').split(MARK);
      return { name: head.trim(), given, expected };
    });
}

/** A test for each case of a fixture file: `actual` makes of what is given what is expected. `UPDATE=1` writes it back. */
export function testCases(path: string, actual: (given: string) => Promise<string>): void {
  const cases = readCases(path);
  const updating = process.env['UPDATE'] === '1';
  const found = new Map<Case, string>();
  describe(basename(path), () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
      const text = await actual(one.given);
      found.set(one, text);
      if (!updating) expect(text).toBe(one.expected);
    });
    afterAll(() => {
      if (updating) writeFileSync(path, cases.map((one) => `--- ${one.name}\n${one.given}${MARK}${found.get(one) ?? one.expected}`).join(''));
    });
  });
}
