/**
 * Trains the network 50-64-32-1 on 20,000 rows for 3 epochs with Adam, beside scikit-learn's MLPClassifier, alternated in
 * one run. Both train in a process that is warm: reading data and loading libraries are not counted.
 *
 * Usage: npm run bench -- network
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { openTfjs } from '../runtime/engines/tfjs/open-tfjs.ts';
import type { NetworkDescription } from '../runtime/networks/description.ts';
import { uniformNumbers } from '../runtime/networks/random.ts';
import { trainNetwork } from '../runtime/networks/train-network.ts';
import { median } from './support/measure.ts';
import { peersPython } from './support/peers-python.ts';

const ROWS = 20_000;
const NUMBERS = 50;
const EPOCHS = 3;
const REPEATS = 3;

const description: NetworkDescription = {
  inputs: { numbers: NUMBERS, categories: [] },
  layers: [{ kind: 'dense', units: 64, activation: 'relu' }, { kind: 'dense', units: 32, activation: 'relu' }],
  outputs: 1,
  loss: 'binary',
};

const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
const engine = (await openTfjs(folder))(description);
const draw = uniformNumbers('1', 'bench');
const numbers = Float32Array.from({ length: ROWS * NUMBERS }, () => 2 * draw() - 1);
const truth = Uint8Array.from({ length: ROWS }, (_, row) => Number((numbers[row * NUMBERS] ?? 0) + (numbers[row * NUMBERS + 1] ?? 0) > 0));

async function train(batch: number): Promise<number> {
  const begun = performance.now();
  await trainNetwork({
    ...{ engine, description, epochs: EPOCHS, batch, seed: '1' },
    train: { rows: { rows: ROWS, numbers, codes: [] }, truth },
    validate: { rows: 0, numbers: new Float32Array(), codes: [] },
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 },
    rate: { kind: 'constant', rate: 1e-3, warm_up: 0 },
    evaluate: () => ({}),
    trainingMetric: { name: 'log_loss', of: (mean) => mean },
    checkpoint: { load: () => Promise.resolve(undefined), save: () => Promise.resolve() },
  });
  return (performance.now() - begun) / 1000;
}

for (const batch of [128, 512]) {
  const ours: number[] = [];
  const theirs: number[] = [];
  await train(batch);
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    ours.push(await train(batch));
    theirs.push(Number(execFileSync(peersPython(), ['bench/network.py', String(batch)], { encoding: 'utf8' })));
  }
  const [mine, peer] = [median(ours), median(theirs)];
  console.log(`${ROWS} rows, ${EPOCHS} epochs, batch ${batch}, median of ${REPEATS}: ${mine.toFixed(2)} s on WASM, scikit-learn ${peer.toFixed(2)} s, ratio ${(mine / peer).toFixed(2)}`);
}
