/**
 * flights-3m from the file to the test AUC, from a cold store and without rows in the cache, beside an expert's Python
 * script and the usual one, in turns in one run. Then: nothing changed, and one parameter changed.
 *
 *     npm run bench -- flights [REPEATS]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure, median, type Measured } from './support/measure.ts';
import { peersPython } from './support/peers-python.ts';

const repeats = Number(process.argv[2] ?? 3);
const python = peersPython();
const data = join(process.cwd(), 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');
const MLP = join(process.cwd(), 'dist', 'mlp.js');
const PIPELINE = 'bench/flights.mlp';

interface Result {
  readonly seconds: number;
  readonly training: number;
  readonly memory: number;
  readonly auc: number;
}

async function peer(script: string): Promise<Result> {
  const { output, seconds } = await measure(python, [join('bench', 'peers', script), data]);
  return { ...(JSON.parse(output) as Result), seconds };
}

function mlp(store: string, command: string, ...args: readonly string[]): Promise<Measured> {
  return measure(process.execPath, [MLP, command, PIPELINE, '--store', store, '--json', ...args]);
}

/** What `trainXgboost` took, from the newest record of a model in the store. */
function trainingSeconds(store: string): number {
  const actions = join(store, 'actions');
  const records = readdirSync(actions, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => (JSON.parse(readFileSync(join(actions, file), 'utf8')) as { readonly record: Recorded }).record)
    .filter((record) => record.kind === 'xgboost')
    .sort((a, b) => (a.made < b.made ? 1 : -1));
  return records[0]?.statistics?.trainingSeconds ?? NaN;
}

interface Recorded {
  readonly kind: string;
  readonly made: string;
  readonly statistics?: { readonly trainingSeconds?: number };
}

interface Report {
  readonly models: { readonly gbm: { readonly parts: { readonly test: { readonly metrics: { readonly auc: number } } } } };
}

async function apply(store: string, ...args: readonly string[]): Promise<Result> {
  const { seconds, memory } = await mlp(store, 'apply', ...args);
  const shown = await measure(process.execPath, [MLP, 'show', PIPELINE, 'scores', '--store', store, '--json', ...args]);
  const report = JSON.parse(shown.output) as Report;
  return { seconds, memory, training: trainingSeconds(store), auc: report.models.gbm.parts.test.metrics.auc };
}

async function cold(...args: readonly string[]): Promise<Result> {
  // What another run has read would be found again.
  rmSync(join('.mlp', 'cache', 'rows'), { recursive: true, force: true });
  const store = mkdtempSync(join(tmpdir(), 'mlp-bench-'));
  try {
    return await apply(store, ...args);
  } finally {
    rmSync(store, { recursive: true, force: true });
  }
}

function show(name: string, results: readonly Result[]): Result {
  const of = (pick: (result: Result) => number): number => median(results.map(pick));
  const result = { seconds: of((one) => one.seconds), training: of((one) => one.training), memory: of((one) => one.memory), auc: of((one) => one.auc) };
  console.log(
    `${name.padEnd(22)} ${result.seconds.toFixed(2).padStart(7)} s  training ${result.training.toFixed(2).padStart(6)} s  ` +
      `rest ${(result.seconds - result.training).toFixed(2).padStart(6)} s  ${(result.memory / 1e9).toFixed(2).padStart(5)} GB  AUC ${result.auc.toFixed(4)}`,
  );
  return result;
}

const runs = { merged: [] as Result[], plain: [] as Result[], expert: [] as Result[], usual: [] as Result[] };
for (let repeat = 0; repeat < repeats; repeat++) {
  runs.merged.push(await cold());
  runs.expert.push(await peer('flights_expert.py'));
  runs.plain.push(await cold('--param', 'merge=false'));
  if (repeat === 0) runs.usual.push(await peer('flights_usual.py'));
}
const merged = show('mlp, rows merged', runs.merged);
const plain = show('mlp, rows as they are', runs.plain);
const expert = show('expert’s script', runs.expert);
const usual = show('usual script', runs.usual);

const ratio = (a: number, b: number): string => (a / b).toFixed(2);
console.log(`\ntotal, merged / expert     ${ratio(merged.seconds, expert.seconds)}   (aim 0.35)`);
console.log(`total, plain / expert      ${ratio(plain.seconds, expert.seconds)}   (aim 0.85)`);
console.log(`total, merged / usual      ${ratio(merged.seconds, usual.seconds)}`);
console.log(`all but training / expert  ${ratio(merged.seconds - merged.training, expert.seconds - expert.training)}   (aim 0.60)`);
console.log(`memory, merged / expert    ${ratio(merged.memory, expert.memory)}   (aim 0.80)`);

const store = mkdtempSync(join(tmpdir(), 'mlp-bench-'));
try {
  await apply(store);
  const idlePlan: number[] = [];
  const idleApply: number[] = [];
  for (let repeat = 0; repeat < 5; repeat++) {
    idlePlan.push((await mlp(store, 'plan')).seconds);
    idleApply.push((await mlp(store, 'apply')).seconds);
  }
  const changed = await apply(store, '--param', 'max_depth=5');
  console.log(`\nnothing changed: plan ${median(idlePlan).toFixed(2)} s, apply ${median(idleApply).toFixed(2)} s   (aim 0.30)`);
  console.log(`one parameter changed: ${changed.seconds.toFixed(2)} s, of them ${changed.training.toFixed(2)} s training   (aim: training + 0.50)`);
} finally {
  rmSync(store, { recursive: true, force: true });
}
