import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Labelled } from '../../runtime/data/matrix.ts';
import { augmentImages, rotateImage, type Augmentation } from '../../runtime/networks/augment.ts';
import { encodeNetworkBlob } from '../../runtime/networks/network-blob.ts';
import { uniformNumbers } from '../../runtime/networks/random.ts';
import { fitNetwork } from '../../stdlib/models/network/fit-network.ts';
import { completeParams, settingsOf } from '../../stdlib/models/network/network-params.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { engines } from './engines.ts';

interface Rotation {
  readonly shape: readonly [number, number, number];
  readonly angle: number;
  readonly image: readonly number[];
  readonly turned: readonly number[];
}

const rotations = JSON.parse(readFileSync(join(import.meta.dirname, 'oracle/rotations.json'), 'utf8')) as readonly Rotation[];

test.each(rotations)('an image of $shape is turned by $angle as scipy turns it', ({ shape: [height, width, channels], angle, image, turned }) => {
  const to = new Float32Array(image.length);
  rotateImage({ from: Float32Array.from(image), to, height, width, channels }, angle);
  to.forEach((value, at) => expect(value).toBeCloseTo(turned[at] ?? NaN, 5));
});

/** Two images of two by three, of one channel. */
const IMAGES = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];

test.each<[Augmentation, readonly number[], readonly number[]]>([
  [{ kind: 'random_flip', direction: 'horizontal' }, [0.4, 0.6], [3, 2, 1, 6, 5, 4, 11, 12, 13, 14, 15, 16]],
  [{ kind: 'random_flip', direction: 'vertical' }, [0.6, 0.4], [1, 2, 3, 4, 5, 6, 14, 15, 16, 11, 12, 13]],
  [{ kind: 'random_flip', direction: 'both' }, [0.4, 0.4, 0.6, 0.6], [6, 5, 4, 3, 2, 1, 11, 12, 13, 14, 15, 16]],
  [{ kind: 'random_crop', padding: 1 }, [0.5, 0.99, 0, 0.5], [2, 3, 3, 5, 6, 6, 11, 12, 13, 11, 12, 13]],
  [{ kind: 'random_crop', padding: 4 }, [0.5, 0.99, 0.99, 0.5], [2, 1, 1, 5, 4, 4, 11, 12, 13, 14, 15, 16]],
  [{ kind: 'random_rotation', factor: 0.5 }, [1, 0.5], [6, 5, 4, 3, 2, 1, 11, 12, 13, 14, 15, 16]],
])('%o with the draws %o', (step, draws, expected) => {
  const images = Float32Array.from(IMAGES);
  const left = [...draws];
  augmentImages(images, { shape: [2, 3, 1], steps: [step], draw: () => left.shift() ?? NaN });
  [...images].forEach((value, at) => expect(value).toBeCloseTo(expected[at] ?? NaN, 4));
  expect(left).toEqual([]);
});

/** Images of four by four, dark to the left or above. */
function makeImages(rows: number, purpose: string): Labelled {
  const draw = uniformNumbers('3', purpose);
  const codes = Uint8Array.from({ length: rows }, (_, row) => row % 2);
  const cells = Array.from({ length: 16 }, (_, at) => Float32Array.from(codes, (code) => (code === 0 ? at % 4 : Math.floor(at / 4)) + draw()));
  return {
    matrix: { rows, features: cells.map((values, at) => ({ kind: 'numeric', name: `p_${String(at).padStart(2, '0')}`, values, cell: { column: 'p', shape: [4, 4, 1] } })) },
    target: { kind: 'classes', classes: ['left', 'above'], codes },
  };
}

describe.each(engines)('training on $name', ({ open }) => {
  test('sees changed images, the same after a kill, and judges by those that there are', async () => {
    const opened = await open();
    const params = { layers: [{ $call: 'conv2d', filters: 2, size: 3 }, { $call: 'flatten' }], optimizer: { $call: 'adam', rate: 0.01 }, epochs: 4, batch: 16 };
    const augment = [{ $call: 'random_flip' }, { $call: 'random_crop', padding: 1 }, { $call: 'random_rotation', factor: 0.1 }];
    const fit = async (more: object, saved: Uint8Array[] = [], until = Infinity): Promise<string> => {
      const fitted = await fitNetwork({
        ...{ open: opened, train: makeImages(40, 'train'), validate: makeImages(20, 'validate'), seed: '42', checkpoint: memoryCheckpoint(saved) },
        settings: settingsOf(completeParams({ ...params, ...more }, 'binary')),
        onEpoch: ({ epoch }) => {
          if (epoch === until) throw new Error('killed');
        },
      });
      return Buffer.from(encodeNetworkBlob(fitted.model)).toString('hex');
    };
    const whole = await fit({ augment });
    const saved: Uint8Array[] = [];
    await expect(fit({ augment }, saved, 2)).rejects.toThrow('killed');
    expect(await fit({ augment }, saved)).toBe(whole);
    expect(await fit({})).not.toBe(whole);
  });
});
