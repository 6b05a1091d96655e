/**
 * A stack of three members (XGBoost, LightGBM, logistic regression; five folds) on flights, from the file to the test AUC, from
 * a cold store, beside scikit-learn's StackingClassifier with the same members, in turns. Then with one member changed:
 * scikit-learn fits all of them again.
 *
 *     npm run bench -- stack [ROWS] [REPEATS]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure, median, type Measured } from './support/measure.ts';
import { peersPython } from './support/peers-python.ts';

const rows = process.argv[2] ?? '200000';
const repeats = Number(process.argv[3] ?? 3);
const data = join(process.cwd(), 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');
const MLP = join(process.cwd(), 'dist', 'mlp.js');
const PIPELINE = 'bench/stack.mlp';

const runs = { cold: [] as Measured[], changed: [] as Measured[], peer: [] as Measured[] };
const found = { mlp: NaN, peer: NaN };

for (let round = 0; round < repeats; round++) {
  const folder = mkdtempSync(join(tmpdir(), 'mlp-bench-'));
  const flags = ['--store', join(folder, 'store'), '--param', `max_rows=${rows}`];
  const changed = join('bench', `stack-changed-${process.pid}.mlp`);
  try {
    runs.cold.push(await measure(process.execPath, [MLP, 'apply', PIPELINE, '--quiet', ...flags]));
    const shown = await measure(process.execPath, [MLP, 'show', PIPELINE, 'scores', '--json', ...flags]);
    found.mlp = (JSON.parse(shown.output) as { models: { stacked: { parts: { test: { metrics: { auc: number } } } } } }).models.stacked.parts.test.metrics.auc;
    writeFileSync(changed, readFileSync(PIPELINE, 'utf8').replace('logistic(x)', 'logistic(x) { C: 0.5 }'));
    runs.changed.push(await measure(process.execPath, [MLP, 'apply', changed, '--quiet', ...flags]));
    const peer = await measure(peersPython(), [join('bench', 'peers', 'stack.py'), data, rows]);
    runs.peer.push(peer);
    found.peer = Number(peer.output);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(changed, { force: true });
  }
}

const seconds = (of: readonly Measured[]): number => median(of.map((one) => one.seconds));
const line = (name: string, of: readonly Measured[], auc: string): void =>
  console.log(`${name.padEnd(28)} ${seconds(of).toFixed(1).padStart(6)} s  ${(median(of.map((one) => one.memory)) / 1e6).toFixed(0).padStart(5)} MB  ${auc}`);
console.log(`three members, five folds, ${rows} rows, median of ${repeats}`);
line('mlp', runs.cold, found.mlp.toFixed(4));
line('mlp, one member changed', runs.changed, '');
line('scikit-learn', runs.peer, found.peer.toFixed(4));
console.log(`mlp / scikit-learn           ${(seconds(runs.cold) / seconds(runs.peer)).toFixed(2)}, one member changed ${(seconds(runs.changed) / seconds(runs.peer)).toFixed(2)}`);
