/**
 * LightGBM and CatBoost on flights-3m, each beside its own Python package, in turns: from the file to the test AUC, from a
 * cold store; the time of training alone; and the most memory.
 *
 *     npm run bench -- boosting [ROWS] [REPEATS]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure, median } from './support/measure.ts';
import { peersPython } from './support/peers-python.ts';

const rows = process.argv[2] ?? '300000';
const repeats = Number(process.argv[3] ?? 3);
const python = peersPython();
const data = join(process.cwd(), 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');
const MLP = join(process.cwd(), 'dist', 'mlp.js');
const PIPELINE = 'bench/boosting.mlp';

interface Result {
  readonly seconds: number;
  readonly training: number;
  readonly memory: number;
  readonly auc: number;
}

async function peer(engine: string): Promise<Result> {
  const { output, seconds, memory } = await measure(python, [join('bench', 'peers', 'boosting.py'), engine, data, rows]);
  return { ...(JSON.parse(output) as Pick<Result, 'training' | 'auc'>), seconds, memory };
}

interface Report {
  readonly models: Readonly<Record<string, { readonly parts: { readonly test: { readonly metrics: { readonly auc: number } } } }>>;
}

async function ours(engine: string): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'mlp-bench-'));
  const flags = ['--store', join(folder, 'store'), '--param', `max_rows=${rows}`, '--json'];
  try {
    const { seconds, memory } = await measure(process.execPath, [MLP, 'apply', PIPELINE, '--target', `of_${engine}`, ...flags]);
    const shown = await measure(process.execPath, [MLP, 'show', PIPELINE, `of_${engine}`, ...flags]);
    const report = JSON.parse(shown.output) as Report;
    return { seconds, memory, training: trainingSeconds(join(folder, 'store', 'actions')), auc: report.models[engine]?.parts.test.metrics.auc ?? NaN };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What training took, by the one record that says it. */
function trainingSeconds(actions: string): number {
  const records = readdirSync(actions, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  const seconds = records.map((file) => (JSON.parse(readFileSync(join(actions, file), 'utf8')) as { readonly record: { readonly statistics?: { readonly trainingSeconds?: number } } }).record.statistics?.trainingSeconds);
  return seconds.find((one) => one !== undefined) ?? NaN;
}

for (const engine of ['lightgbm', 'catboost']) {
  const results = { mlp: [] as Result[], [`python ${engine}`]: [] as Result[] };
  for (let round = 0; round < repeats; round++) {
    results.mlp.push(await ours(engine));
    results[`python ${engine}`]?.push(await peer(engine));
  }
  console.log(`\n${engine}, ${rows} rows, median of ${repeats}      seconds   training   all else   memory MB   test AUC`);
  const figures = Object.entries(results).map(([name, of]) => {
    const figure = (pick: (one: Result) => number): number => median(of.map(pick));
    const found = { seconds: figure((one) => one.seconds), training: figure((one) => one.training), rest: figure((one) => one.seconds - one.training), memory: figure((one) => one.memory), auc: figure((one) => one.auc) };
    const numbers = [found.seconds.toFixed(1), found.training.toFixed(1), found.rest.toFixed(1)].map((text) => text.padStart(11)).join('');
    console.log(`${name.padEnd(34)}${numbers}${(found.memory / 1e6).toFixed(0).padStart(12)}${found.auc.toFixed(4).padStart(11)}`);
    return found;
  });
  const [mine, theirs] = figures;
  if (mine === undefined || theirs === undefined) continue;
  const ratio = (pick: (one: (typeof figures)[number]) => number, aim: number): string => `${(pick(mine) / pick(theirs)).toFixed(2)} (aim ${aim})`;
  console.log(`${'mlp / python'.padEnd(34)}training ${ratio((one) => one.training, 1.05)}, all else ${ratio((one) => one.rest, 0.6)}, memory ${ratio((one) => one.memory, 1)}`);
}
