/**
 * The three million rows of flights-3m through the fitted features and a model of `bench/flights.mlp`, from a Parquet file
 * into another, beside polars and XGBoost's own package with the same model, in turns. Both files hold the same values.
 *
 *     npm run bench -- predict [REPEATS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDuckDB, sqlString } from '../runtime/engines/duckdb/connect.ts';
import { measure, median, type Measured } from './support/measure.ts';
import { peersPython } from './support/peers-python.ts';

const repeats = Number(process.argv[2] ?? 3);
const python = peersPython();
const folder = mkdtempSync(join(tmpdir(), 'mlp-bench-'));
const at = (name: string): string => join(folder, name);

function mlp(command: string, ...args: readonly string[]): Promise<Measured> {
  return measure(process.execPath, [join(process.cwd(), 'dist', 'mlp.js'), command, 'bench/flights.mlp', ...args, '--store', at('store')]);
}

/** Rows in which two files of predictions differ. */
async function differences(ours: string, theirs: string): Promise<number> {
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 30 });
  try {
    const select = `SELECT count(*) FROM ${sqlString(ours)} AS a POSITIONAL JOIN ${sqlString(theirs)} AS b WHERE a IS DISTINCT FROM b`;
    return Number((await connection.runAndReadAll(select)).getRows()[0]?.[0]);
  } finally {
    connection.closeSync();
  }
}

function show(name: string, runs: readonly Measured[]): { readonly seconds: number; readonly memory: number } {
  const [seconds, memory] = [median(runs.map((run) => run.seconds)), median(runs.map((run) => run.memory))];
  console.log(`${name.padEnd(20)} ${seconds.toFixed(2).padStart(6)} s  ${(memory / 1e6).toFixed(0).padStart(5)} MB`);
  return { seconds, memory };
}

try {
  await mlp('apply', '--quiet');
  for (const [name, file] of [['legs', 'legs.parquet'], ['gbm', 'gbm.ubj'], ['x', 'x.json']] as const) await mlp('export', name, '-o', at(file));
  const runs = { mlp: [] as Measured[], peer: [] as Measured[] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    runs.mlp.push(await mlp('predict', 'gbm', at('legs.parquet'), '-o', at('ours.parquet')));
    runs.peer.push(await measure(python, ['bench/peers/predict.py', at('legs.parquet'), at('gbm.ubj'), at('x.json'), at('theirs.parquet')]));
  }
  const ours = show('mlp predict', runs.mlp);
  const peer = show('polars and XGBoost', runs.peer);
  console.log(`\nrows that differ   ${await differences(at('ours.parquet'), at('theirs.parquet'))}   (aim 0)`);
  console.log(`time, mlp / peer   ${(ours.seconds / peer.seconds).toFixed(2)}   (aim 1.00)`);
  console.log(`memory, mlp / peer ${(ours.memory / peer.memory).toFixed(2)}   (aim 0.50)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
