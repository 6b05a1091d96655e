/**
 * Trains the network 50-64-32-1 on 20,000 rows for 3 epochs with Adam on each engine, beside scikit-learn's MLPClassifier,
 * alternated in one run. All train in a process that is warm: reading data and loading libraries are not counted. The median
 * of seconds is of the clock; behind it, of the processor. Then an epoch over as many rows as flights-3m has to train on, at batch
 * 4,096, with an embedding of the default size for each of two airports.
 *
 * Usage: npm run bench -- network
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { openTensorflow } from '../runtime/engines/tensorflow/open-tensorflow.ts';
import { openTfjs } from '../runtime/engines/tfjs/open-tfjs.ts';
import type { NetworkDescription } from '../runtime/networks/description.ts';
import type { NetworkEngine } from '../runtime/networks/engine.ts';
import type { NetworkRows } from '../runtime/networks/rows.ts';
import { uniformNumbers } from '../runtime/networks/random.ts';
import { defaultLock } from '../runtime/providers/default-lock.ts';
import { ensureProvider } from '../runtime/providers/ensure-provider.ts';
import { embeddingSize } from '../stdlib/models/network/network-inputs.ts';
import { peersPython } from './support/peers-python.ts';
import { medianSeconds, trainFor, type Seconds } from './support/train-for.ts';

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
const provider = await ensureProvider({ lock: defaultLock(), engine: 'tensorflow' });
if (!provider.ok) throw new Error(provider.diagnostic.message);
const openNetwork = await openTensorflow(provider.library);
const engines: Readonly<Record<string, NetworkEngine>> = {
  TensorFlow: openNetwork(description),
  'TensorFlow.js on WASM': (await openTfjs(folder))(description),
};
const draw = uniformNumbers('1', 'bench');
const numbers = Float32Array.from({ length: ROWS * NUMBERS }, () => 2 * draw() - 1);
const truth = Uint8Array.from({ length: ROWS }, (_, row) => Number((numbers[row * NUMBERS] ?? 0) + (numbers[row * NUMBERS + 1] ?? 0) > 0));

const train = (engine: NetworkEngine, batch: number): Promise<Seconds> => trainFor({ engine, description, rows: { rows: ROWS, numbers, codes: [] }, truth, epochs: EPOCHS, batch });

function trainPeer(batch: number): Seconds {
  const printed = execFileSync(peersPython(), ['bench/network.py', String(batch)], { encoding: 'utf8' });
  const [clock = NaN, processor = NaN] = printed.trim().split(' ').map(Number);
  return [clock, processor];
}

for (const batch of [128, 512]) {
  const runs = Object.fromEntries(Object.keys(engines).map((name): [string, Seconds[]] => [name, []]));
  const theirs: Seconds[] = [];
  for (const engine of Object.values(engines)) await train(engine, batch);
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [name, engine] of Object.entries(engines)) runs[name]?.push(await train(engine, batch));
    theirs.push(trainPeer(batch));
  }
  const peer = medianSeconds(theirs);
  console.log(`${ROWS} rows, ${EPOCHS} epochs, batch ${batch}, medians of ${REPEATS}: scikit-learn ${peer[0].toFixed(2)} s (${peer[1].toFixed(2)})`);
  for (const [name, seconds] of Object.entries(runs)) {
    const mine = medianSeconds(seconds);
    console.log(`  ${name} ${mine[0].toFixed(2)} s (${mine[1].toFixed(2)}), ratio ${(mine[0] / peer[0]).toFixed(2)} (${(mine[1] / peer[1]).toFixed(2)})`);
  }
}

const [FLIGHTS, AIRPORTS, OTHERS] = [2_100_000, 229, 3];
const airports: NetworkDescription = {
  ...description,
  inputs: { numbers: OTHERS, categories: [0, 1].map(() => ({ kind: 'embedding', levels: AIRPORTS + 1, size: embeddingSize(AIRPORTS) })) },
};
const flights: NetworkRows = {
  rows: FLIGHTS,
  numbers: Float32Array.from({ length: FLIGHTS * OTHERS }, () => 2 * draw() - 1),
  codes: [0, 1].map(() => Int32Array.from({ length: FLIGHTS }, () => Math.floor(AIRPORTS * draw()))),
};
const late = Uint8Array.from({ length: FLIGHTS }, (_, row) => Number(draw() < ((flights.codes[0]?.[row] ?? 0) % 2 === 0 ? 0.3 : 0.5)));
const engine = openNetwork(airports);
const epochs: Seconds[] = [];
for (let repeat = 0; repeat < REPEATS; repeat++) epochs.push(await trainFor({ engine, description: airports, rows: flights, truth: late, epochs: 1, batch: 4096 }));
const [clock, processor] = medianSeconds(epochs);
console.log(`${FLIGHTS} rows with two embeddings of ${embeddingSize(AIRPORTS)} numbers, an epoch at batch 4096 on TensorFlow, median of ${REPEATS}: ${clock.toFixed(2)} s (${processor.toFixed(2)})`);
