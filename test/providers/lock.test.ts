import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { positionAt, lineStarts } from '../../grammar/span.ts';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { findLockEntry, parseLock, printLock } from '../../runtime/providers/lock.ts';
import { PLATFORMS } from '../../runtime/providers/platform.ts';

const text = printLock(defaultLock());

test('the lock of a new project is the lock of this one', () => {
  const file = new URL('../../mlp.lock', import.meta.url);
  if (process.env['UPDATE'] === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('every platform has every engine, but Windows TensorFlow’s library', () => {
  for (const platform of PLATFORMS) {
    expect(findLockEntry(defaultLock(), 'tensorflow', platform)?.version).toBe(platform === 'win32-x64' ? undefined : '2.21.0');
    expect(findLockEntry(defaultLock(), 'xgboost', platform)?.version).toBe('3.4.1');
    expect(findLockEntry(defaultLock(), 'lightgbm', platform)?.version).toBe('4.7.0');
  }
});

test('what is printed is read back, in whatever order it was given', () => {
  expect(parseLock(text)).toEqual({ value: defaultLock(), diagnostics: [] });
  expect(printLock([...defaultLock()].reverse())).toBe(text);
  expect(parseLock(text.replaceAll('\n', '\r\n')).value).toEqual(defaultLock());
});

test('an empty lock has no entries', () => {
  expect(parseLock('')).toEqual({ value: [], diagnostics: [] });
});

describe('errors stand at their line, and other blocks are read', () => {
  const block = text.slice(text.indexOf('[xgboost darwin-arm64]'), text.indexOf('[xgboost linux-arm64]'));
  test.each([
    ['a word', block.replace('version = 3.4.1', 'version'), 'lock-bad-line', 2],
    ['a key outside of a block', `version = 1\n${block}`, 'lock-bad-line', 1],
    ['a merge conflict', block.replace('size', '<<<<<<< HEAD\nsize'), 'lock-merge-conflict', 5],
    ['an unknown key', block.replace('size', 'sise'), 'lock-bad-key', 5],
    ['a key twice', block.replace('size', 'version = 3\nsize'), 'lock-bad-key', 5],
    ['no digest', block.replace(/sha256.*/, ''), 'lock-missing-key', 1],
    ['a short digest', block.replace(/sha256 = ./, 'sha256 = '), 'lock-bad-value', 6],
    ['a file elsewhere', block.replace('file = ', 'file = ../'), 'lock-bad-value', 4],
    ['an option of pip', block.replace('distribution = ', 'distribution = --index-url='), 'lock-bad-value', 3],
    ['an unknown platform', block.replace('darwin-arm64', 'amiga-m68k'), 'lock-bad-platform', 1],
    ['a block twice', block + block, 'lock-duplicate', 8],
  ])('%s', (_, broken, code, line) => {
    const other = text.slice(text.indexOf('[xgboost linux-x64]'), text.indexOf('[xgboost win32-x64]'));
    const { value, diagnostics } = parseLock(`${broken}\n${other}`, 'some.lock');
    expect(diagnostics[0]?.code).toBe(code);
    expect(positionAt(lineStarts(broken), diagnostics[0]?.span?.start ?? -1).line).toBe(line);
    expect(diagnostics[0]?.span?.file).toBe('some.lock');
    expect(findLockEntry(value, 'xgboost', 'linux-x64')).toBeDefined();
  });
});
