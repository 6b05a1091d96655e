import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { DECODER } from '../../runtime/engines/images/decode-image.ts';
import { planOf, PROJECT } from '../support/compile.ts';
import { wholes } from '../support/whole-steps.ts';

const IMAGES = `source pets = images("pets/*/*") {
  size: [8, 8]
  channels: gray
}
split parts = holdout(pets) { target: label }
features x = prepare(parts) { use: [pixels] }
model net = cnn(x) {
  filters: [4]
  epochs: 2
  augment: [random_flip]
}
model deep = network(x) { layers: [flatten, dense(4)] }
report scores = evaluate(net, deep)
`;

type Pair = readonly [why: string, from: string | RegExp, to: string];

const SAME: readonly Pair[] = [
  ['the direction of a flip that is meant anyway', 'random_flip', 'random_flip(horizontal)'],
  ['epochs that are meant anyway', 'dense(4)] }', 'dense(4)], epochs: 20 }'],
  ['the activation that is meant anyway', 'dense(4)', 'dense(4, relu)'],
  ['an optimizer that is meant anyway', 'layers: [flatten, dense(4)]', 'layers: [flatten, dense(4)], optimizer: adam(rate: 0.001)'],
  ['no masking', 'layers: [flatten, dense(4)]', 'layers: [flatten, dense(4)], masking: false'],
  ['the height of filters that is meant anyway', 'filters: [4]', 'filters: [4], size: 3'],
  ['the names of models', /\bnet\b/g, 'eyes'],
  ['the order of parameters', '  filters: [4]\n  epochs: 2', '  epochs: 2\n  filters: [4]'],
  ['dropout that is meant anyway', 'epochs: 2', 'epochs: 2\n  dropout: 0.25'],
  ['the same folder by another path', '"pets/*/*"', '"./pets/*/*"'],
  ['a glob that finds the same', '"pets/*/*"', '"pets/**/*.*"'],
  ['the device that there is anyway', 'epochs: 2', 'epochs: 2\n  device: auto'],
];

const DIFFERENT: readonly Pair[] = [
  ['the size of images', '[8, 8]', '[8, 9]'],
  ['colours', 'channels: gray', 'channels: rgb'],
  ['fewer images', 'pets/*/*', 'pets/*/*.png'],
  ['what images of training go through', 'random_flip', 'random_flip, random_crop(1)'],
  ['the order of what they go through', 'random_flip', 'random_crop(1), random_flip'],
  ['which way they are flipped', 'random_flip', 'random_flip(vertical)'],
  ['no augmentation', '  augment: [random_flip]\n', ''],
  ['filters', 'filters: [4]', 'filters: [5]'],
  ['another stream', 'epochs: 2', 'epochs: 2\n  stream: 1'],
  ['a preset in place of another', 'network(x) { layers: [flatten, dense(4)] }', 'mlp(x) { units: [4] }'],
];

const folder = mkdtempSync(join(tmpdir(), 'mlp-image-keys-'));
const pets = join(folder, 'pets');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(pets, { recursive: true, force: true });
  for (const label of ['cat', 'dog']) cpSync(join(PROJECT, 'test/sources/oracle/images', label), join(pets, label), { recursive: true });
});

let asked = 0;
/** What a plan's steps do; each time from the folder as it is, under a path that no answer is remembered for. */
async function keysOf(text: string): Promise<string[]> {
  const fresh = join(folder, `copy-${(asked += 1)}`);
  cpSync(pets, join(fresh, 'pets'), { recursive: true });
  return wholes(await planOf(text, { folder: fresh }));
}

function edited([why, from, to]: Pair): string {
  const next = IMAGES.replace(from, to);
  if (next === IMAGES) throw new Error(`${why}: it is not in the text`);
  return next;
}

describe('networks that see images', () => {
  it.each(SAME)('are the same: %s', async (...pair) => {
    expect(await keysOf(edited(pair))).toEqual(await keysOf(IMAGES));
  });

  it.each(DIFFERENT)('are different: %s', async (...pair) => {
    expect(await keysOf(edited(pair))).not.toEqual(await keysOf(IMAGES));
  });
});

describe('images in folders', () => {
  it('are the same wherever their folder lies', async () => {
    expect(await keysOf(IMAGES)).toEqual(await keysOf(IMAGES));
  });

  it.each<[string, () => void]>([
    ['a folder, which is a label, has another name', () => renameSync(join(pets, 'cat'), join(pets, 'cow'))],
    ['one has another label', () => renameSync(join(pets, 'cat/gray.png'), join(pets, 'dog/gray.png'))],
    ['one has another name', () => renameSync(join(pets, 'cat/gray.png'), join(pets, 'cat/grey.png'))],
    ['two change places', () => [['cat/gray.png', 'x'], ['dog/palette.png', 'cat/gray.png'], ['x', 'dog/palette.png']].forEach(([from = '', to = '']) => renameSync(join(pets, from), join(pets, to)))],
    ['one is gone', () => rmSync(join(pets, 'cat/gray.png'))],
    ['one holds another image', () => writeFileSync(join(pets, 'cat/gray.png'), readFileSync(join(pets, 'cat/colour.png')))],
  ])('are others when %s', async (_, change) => {
    const before = await keysOf(IMAGES);
    change();
    expect(await keysOf(IMAGES)).not.toEqual(before);
  });

  it('are decoded by the release that keys name', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'node_modules/sharp/package.json'), 'utf8')) as { version: string };
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { dependencies: Record<string, string>; optionalDependencies?: Record<string, string> };
    expect([DECODER, { ...dependencies, ...optionalDependencies }['sharp']]).toEqual([`sharp ${version}`, version]);
  });
});
