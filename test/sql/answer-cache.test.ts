import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAnswerCache } from '../../runtime/answer-cache.ts';
import { digestOf } from '../../runtime/store/digest.ts';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'mlp-answers-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = (name: string): string => digestOf(name);

describe('the cache of answers', () => {
  it('has what was saved, and what two processes appended beside each other', () => {
    const path = join(folder, 'both');
    const [one, two] = [openAnswerCache(path), openAnswerCache(path)];
    one.find(key('nothing'));
    two.find(key('nothing'));
    one.add(key('a'), { text: 'ä\n"' });
    two.add(key('b'), [1, null]);
    one.save();
    two.save();
    const all = openAnswerCache(path);
    expect(['a', 'b', 'c'].map((name) => all.find(key(name)))).toEqual([{ text: 'ä\n"' }, [1, null], undefined]);
  });

  it('takes the last of several answers, and writes nothing when nothing is new', () => {
    const path = join(folder, 'last');
    for (const value of [1, 2]) {
      const cache = openAnswerCache(path);
      cache.add(key('a'), value);
      cache.save();
    }
    const { mtimeNs, size } = statSync(path, { bigint: true });
    const cache = openAnswerCache(path);
    expect(cache.find(key('a'))).toBe(2);
    cache.save();
    expect(statSync(path, { bigint: true })).toMatchObject({ mtimeNs, size });
  });

  it('keeps only what is used once it is large', () => {
    const path = join(folder, 'large');
    const first = openAnswerCache(path, { large: 1000 });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) first.add(key(name), name);
    first.save();
    const second = openAnswerCache(path, { large: 1000 });
    expect(second.find(key('b'))).toBe('b');
    second.add(key('i'), 'i');
    second.save();
    const third = openAnswerCache(path, { large: 1000 });
    expect(['a', 'b', 'h', 'i'].map((name) => third.find(key(name)))).toEqual([undefined, 'b', undefined, 'i']);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
  });

  it('is written before all is done, so that little is lost', () => {
    const path = join(folder, 'early');
    const cache = openAnswerCache(path);
    for (let index = 0; index < 600; index++) cache.add(key(String(index)), index);
    const other = openAnswerCache(path);
    expect(other.find(key('10'))).toBe(10);
    expect(other.find(key('599'))).toBeUndefined();
  });
});
