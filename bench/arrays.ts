/**
 * An epoch of convolutions over images, and of recurrent layers over sequences, on TensorFlow, beside Keras on the same version
 * of it, on one thread too, alternated in one run. Both train in a process that is warm. The median of seconds is of the clock;
 * behind it, of the processor.
 *
 * Usage: npm run bench -- arrays
 */
import { execFileSync } from 'node:child_process';
import { openTensorflow } from '../runtime/engines/tensorflow/open-tensorflow.ts';
import type { Layer, NetworkDescription, Shape } from '../runtime/networks/description.ts';
import { uniformNumbers } from '../runtime/networks/random.ts';
import { sizeOf } from '../runtime/networks/shapes.ts';
import { defaultLock } from '../runtime/providers/default-lock.ts';
import { ensureProvider } from '../runtime/providers/ensure-provider.ts';
import { kerasPython } from './support/peers-python.ts';
import { medianSeconds, trainFor, type Seconds } from './support/train-for.ts';

const BATCH = 64;
const REPEATS = 3;

interface Task {
  readonly kind: 'cnn' | 'lstm' | 'gru';
  readonly rows: number;
  readonly array: Shape;
  readonly layers: readonly Layer[];
}

const conv = (filters: number): Layer => ({ kind: 'conv2d', filters, size: [3], stride: [1], padding: 'valid', activation: 'relu' });
const pool: Layer = { kind: 'max_pool', size: [2], stride: [2] };

const TASKS: readonly Task[] = [
  { kind: 'cnn', rows: 2_500, array: [28, 28, 1], layers: [conv(32), pool, conv(64), pool, { kind: 'flatten' }, { kind: 'dense', units: 64, activation: 'relu' }] },
  ...(['lstm', 'gru'] as const).map((kind): Task => ({ kind, rows: 5_000, array: [30, 8], layers: [{ kind, units: 32, sequence: false }] })),
];

const provider = await ensureProvider({ lock: defaultLock(), engine: 'tensorflow' });
if (!provider.ok) throw new Error(provider.diagnostic.message);
const open = await openTensorflow(provider.library);

/** Keras as it comes: without the settings of TensorFlow that our engine has made in this process. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TF_')));

function trainPeer({ rows, array, kind }: Task): Seconds {
  const printed = execFileSync(kerasPython(), ['bench/arrays.py', String(rows), String(BATCH), array.join(','), kind], { encoding: 'utf8', env: environment });
  const [clock = NaN, processor = NaN] = printed.trim().split(' ').map(Number);
  return [clock, processor];
}

for (const task of TASKS) {
  const size = sizeOf(task.array);
  const description: NetworkDescription = { inputs: { numbers: 0, categories: [], array: task.array }, layers: task.layers, outputs: 1, loss: 'binary' };
  const draw = uniformNumbers('1', 'bench');
  const array = Float32Array.from({ length: task.rows * size }, () => 2 * draw() - 1);
  const truth = Uint8Array.from({ length: task.rows }, (_, row) => Number((array[row * size] ?? 0) > 0));
  const engine = open(description);
  const [ours, theirs]: [Seconds[], Seconds[]] = [[], []];
  const training = { engine, description, rows: { rows: task.rows, numbers: new Float32Array(), codes: [], array }, truth, epochs: 1, batch: BATCH };
  await trainFor(training);
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    ours.push(await trainFor(training));
    theirs.push(trainPeer(task));
  }
  engine.close();
  const [mine, peer] = [medianSeconds(ours), medianSeconds(theirs)];
  console.log(`${task.kind}, ${task.rows} rows of ${task.array.join(' × ')}, an epoch at batch ${BATCH}, medians of ${REPEATS}: Keras ${peer[0].toFixed(2)} s (${peer[1].toFixed(2)}), TensorFlow ${mine[0].toFixed(2)} s (${mine[1].toFixed(2)}), ratio ${(mine[0] / peer[0]).toFixed(2)} (${(mine[1] / peer[1]).toFixed(2)})`);
}
