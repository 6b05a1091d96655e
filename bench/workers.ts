/**
 * Data parallel training: one worker beside two, alternated in one run. A network's are threads with a slice of each batch each;
 * those of XGBoost and LightGBM are processes of one thread each, beside one process of two threads. Medians of seconds by the
 * clock; starting processes and handing them their rows counts.
 *
 * Usage: npm run bench -- workers [ROWS]
 */
import { resolve } from 'node:path';
import { trainLightgbm } from '../runtime/engines/lightgbm/train.ts';
import { openTensorflow } from '../runtime/engines/tensorflow/open-tensorflow.ts';
import { trainXgboost } from '../runtime/engines/xgboost/train.ts';
import type { Labelled } from '../runtime/data/matrix.ts';
import type { NetworkDescription } from '../runtime/networks/description.ts';
import { uniformNumbers } from '../runtime/networks/random.ts';
import { openParallelNetwork } from '../runtime/networks/replicas/parallel-network.ts';
import { startReplica } from '../runtime/networks/replicas/serve-replica.ts';
import { defaultLock } from '../runtime/providers/default-lock.ts';
import { ensureProvider } from '../runtime/providers/ensure-provider.ts';
import type { TrainRequest } from '../runtime/trainers/training.ts';
import { trainOnWorkers } from '../runtime/trainers/workers/train-on-workers.ts';
import { median } from './support/measure.ts';
import { medianSeconds, trainFor, type Seconds } from './support/train-for.ts';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const COLUMNS = 20;
const ROUNDS = 50;
const REPEATS = 3;

/** What `npm run build` has made. */
const PROGRAM = resolve('dist/worker.js');

async function libraryOf(engine: string): Promise<string> {
  const provider = await ensureProvider({ lock: defaultLock(), engine });
  if (!provider.ok) throw new Error(provider.diagnostic.message);
  return provider.library;
}

const draw = uniformNumbers('1', 'bench');

async function benchNetwork(): Promise<void> {
  const tensorflow = await libraryOf('tensorflow');
  const open = await openTensorflow(tensorflow);
  const [rows, numbers] = [40_000, 50];
  const description: NetworkDescription = {
    inputs: { numbers, categories: [] },
    layers: [256, 128].map((units) => ({ kind: 'dense', units, activation: 'relu' })),
    outputs: 1,
    loss: 'binary',
  };
  const values = Float32Array.from({ length: rows * numbers }, () => 2 * draw() - 1);
  const truth = Uint8Array.from({ length: rows }, (_, row) => Number((values[row * numbers] ?? 0) > 0));
  for (const batch of [128, 1024]) {
    const one = open(description);
    const two = openParallelNetwork({ open, description, workers: 2, batch, start: (slice) => startReplica({ slice, description, engines: { tensorflow } }, PROGRAM) });
    const train = (engine: typeof one): Promise<Seconds> => trainFor({ engine, description, rows: { rows, numbers: values, codes: [] }, truth, epochs: 1, batch });
    const [alone, shared]: [Seconds[], Seconds[]] = [[], []];
    await train(two);
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      alone.push(await train(one));
      shared.push(await train(two));
    }
    one.close();
    two.close();
    print(`network ${numbers}-256-128-1, ${rows} rows, batch ${batch}, an epoch`, medianSeconds(alone)[0], medianSeconds(shared)[0]);
  }
}

async function benchBooster(engine: 'xgboost' | 'lightgbm'): Promise<void> {
  const library = await libraryOf(engine);
  const features = Array.from({ length: COLUMNS }, (_, column) => ({ kind: 'numeric' as const, name: `x${column}`, values: Float32Array.from({ length: ROWS }, () => draw()) }));
  const train: Labelled = { matrix: { rows: ROWS, features }, target: { kind: 'classes', classes: ['no', 'yes'], codes: Uint8Array.from(features[0]?.values ?? [], (value) => Number(value + draw() > 1)) } };
  const request: TrainRequest = {
    library,
    train,
    parameters: { objective: engine === 'xgboost' ? 'binary:logistic' : 'binary' },
    rounds: ROUNDS,
    segment: ROUNDS,
    seed: () => 1,
    evalMetrics: [],
    threads: 2,
    checkpoint: { load: () => Promise.resolve(undefined), save: () => Promise.resolve() },
  };
  const [alone, shared]: [number[], number[]] = [[], []];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    alone.push(await secondsOf(() => (engine === 'xgboost' ? trainXgboost({ ...request, mergeRows: false }) : trainLightgbm(request))));
    shared.push(await secondsOf(() => trainOnWorkers(request, { engine, workers: 2, program: PROGRAM })));
  }
  print(`${engine}, ${ROWS} rows of ${COLUMNS} numbers, ${ROUNDS} rounds`, median(alone), median(shared));
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await run();
  return (performance.now() - begun) / 1e3;
}

function print(what: string, one: number, two: number): void {
  console.log(`${what}: one worker ${one.toFixed(2)} s, two ${two.toFixed(2)} s, ratio ${(two / one).toFixed(2)}`);
}

await benchNetwork();
await benchBooster('xgboost');
await benchBooster('lightgbm');
process.exit(0);
