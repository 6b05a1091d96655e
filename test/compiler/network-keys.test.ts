import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { DECODER } from '../../runtime/engines/images/decode-image.ts';
import { DATA, planOf, PROJECT } from '../support/compile.ts';
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

const SEQUENCES = `source flights = csv("flights.csv")
table steps = sequences(flights) {
  time: date
  columns: [distance]
  length: 2
  ahead: delay
}
split parts = by_time(steps) { target: ahead, time: date, train: 60%, validate: 20%, test: 20% }
features x = prepare(parts) { use: [steps] }
model net = rnn(x) { states: [4] }
model few = mlp(x) { units: [4] }
model both = bag(net) { models: 2 }
`;

type Pair = readonly [why: string, from: string | RegExp, to: string];

const SAME: Readonly<Record<string, readonly Pair[]>> = {
  [IMAGES]: [
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
  ],
  [SEQUENCES]: [
    ['the name of the split', /\bparts\b/g, 'pieces'],
    ['the case of columns', 'time: date', 'time: DATE'],
    ['the cell that is meant anyway', 'states: [4]', 'states: [4], cell: gru'],
    ['no second way that is meant anyway', 'states: [4]', 'states: [4], bidirectional: false'],
  ],
};

const DIFFERENT: Readonly<Record<string, readonly Pair[]>> = {
  [IMAGES]: [
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
  ],
  [SEQUENCES]: [
    ['the length of windows', 'length: 2', 'length: 3'],
    ['what windows hold', '[distance]', '[delay]'],
    ['what is ahead', 'ahead: delay', 'ahead: distance'],
    ['two columns in another order', '[distance]', '[distance, delay]'],
    ['the cell', 'states: [4]', 'states: [4], cell: lstm'],
    ['masking', 'states: [4]', 'states: [4], masking: true'],
    ['states', 'states: [4]', 'states: [5]'],
    ['models of an ensemble', 'models: 2', 'models: 3'],
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'mlp-network-keys-'));
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
  if (text.includes('flights.csv')) return wholes(await planOf(text, { folder: DATA }));
  cpSync(pets, join(fresh, 'pets'), { recursive: true });
  return wholes(await planOf(text, { folder: fresh }));
}

function edited(text: string, [why, from, to]: Pair): string {
  const next = text.replace(from, to);
  if (next === text) throw new Error(`${why}: it is not in the text`);
  return next;
}

const pairs = (of: Readonly<Record<string, readonly Pair[]>>) => Object.entries(of).flatMap(([text, all]) => all.map((pair) => [pair[0], text, pair] as const));

describe('networks, and what they see', () => {
  it.each(pairs(SAME))('are the same: %s', async (_, text, pair) => {
    expect(await keysOf(edited(text, pair))).toEqual(await keysOf(text));
  });

  it.each(pairs(DIFFERENT))('are different: %s', async (_, text, pair) => {
    expect(await keysOf(edited(text, pair))).not.toEqual(await keysOf(text));
  });
});

describe('images in folders', () => {
  it.each<[string, () => void]>([
    ['they are touched', () => utimesSync(join(pets, 'cat/gray.png'), 1, 1)],
    ['the folder above lies elsewhere', () => undefined],
  ])('are the same when %s', async (_, change) => {
    const before = await keysOf(IMAGES);
    change();
    expect(await keysOf(IMAGES)).toEqual(before);
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
