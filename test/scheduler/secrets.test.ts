import { describe, expect, it } from 'vitest';
import { redactor, revealsSecret, secretNames } from '../../runtime/worker/secrets.ts';

const secrets = { KEY: 'p@ss "word"', SHORT: 'abc', LONG: 'abcdef' };

describe('a credential', () => {
  const redact = redactor(secrets);

  it.each([
    ['as it is', 'with p@ss "word".', 'with [secret KEY].'],
    ['in JSON', JSON.stringify({ key: secrets.KEY }), '{"key":"[secret KEY]"}'],
    ['in an address', `https://x/?k=${encodeURIComponent(secrets.KEY)}&a=1`, 'https://x/?k=[secret KEY]&a=1'],
    ['in base 64', `Basic ${Buffer.from(secrets.KEY).toString('base64')}`, 'Basic [secret KEY]'],
    ['that begins with another one', 'abcdef abc', '[secret LONG] [secret SHORT]'],
  ])('is taken out of a text %s', (_, text, expected) => {
    expect(redact(text)).toBe(expected);
    expect(revealsSecret(text, secrets)).toBe(true);
    expect(revealsSecret(expected, secrets)).toBe(false);
  });

  it('is taken out of what is nested, and the rest stays as it is', () => {
    const bytes = new Uint8Array([1]);
    expect(redact({ list: ['abc', 3, null, undefined, NaN], bytes, abc: true })).toEqual({ list: ['[secret SHORT]', 3, null, undefined, NaN], bytes, '[secret SHORT]': true });
  });

  it('is found wherever parameters name it', () => {
    expect(secretNames({ a: { $secret: 'A' }, b: [{ c: { $secret: 'C' } }], d: 'text', e: null })).toEqual(['A', 'C']);
  });
});
