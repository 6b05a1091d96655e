import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

const updating = process.env['UPDATE'] === '1';

/** Compares with a committed file, which `UPDATE=1` writes; one that is missing fails. */
export function expectGolden(path: string, actual: string): void {
  if (updating) writeFileSync(path, actual);
  expect(existsSync(path), `${path} is missing: run the test with UPDATE=1 and look at what it wrote`).toBe(true);
  expect(actual).toBe(readFileSync(path, 'utf8'));
}

/** A case of a fixture file: `--- name`, what is given, and after the mark what is expected. */
export interface Case {
  readonly name: string;
  readonly given: string;
  readonly expected: string;
}

/** Reads a fixture file of cases; `actual` gives what is found now, which `UPDATE=1` writes back. */
export function readCases(path: string, mark: string, actual: (given: string) => string): readonly Case[] {
  const cases = readFileSync(path, 'utf8')
    .split(/^--- /m)
    .slice(1)
    .map((part): Case => {
      const [head = '', ...rest] = part.split('\n');
      const [given = '', expected = ''] = rest.join('\n').split(`${mark}\n`);
      return { name: head.trim(), given: unescape(given), expected };
    });
  if (updating) {
    const text = cases.map(({ name, given }) => `--- ${name}\n${escape(given)}${mark}\n${actual(given)}`).join('');
    writeFileSync(path, text);
    return cases.map((one) => ({ ...one, expected: actual(one.given) }));
  }
  return cases;
}

/** Characters that editors lose are written by name. */
function unescape(text: string): string {
  return text.replaceAll('<TAB>', '\t').replaceAll('<CR>', '\r').replaceAll('<NUL>', '\0').replaceAll('<SP>', ' ');
}

function escape(text: string): string {
  return text.replaceAll('\t', '<TAB>').replaceAll('\r', '<CR>').replaceAll('\0', '<NUL>').replace(/ $/gm, '<SP>');
}
