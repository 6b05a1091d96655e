import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, truncate } from '../../apps/cli/render/text.ts';

describe('a text that is cut', () => {
  it('fits, begins as it did, and is whole where there is room', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.integer({ min: 1, max: 30 }), (text, width) => {
        fc.pre(text === text.trim() && displayWidth(text) === displayWidth(`${text}.`) - 1);
        const cut = truncate(text, width);
        expect(displayWidth(cut)).toBeLessThanOrEqual(width);
        if (displayWidth(text) <= width) expect(cut).toBe(text);
        else expect(cut.endsWith('…') && text.startsWith(cut.slice(0, -1))).toBe(true);
      }),
    );
  });

  it('is looked at no further than it is shown', () => {
    // Segmented whole, this takes minutes.
    expect(truncate('é, '.repeat(300_000), 10)).toBe('é, é, é,…');
  });
});
