/**
 * The most memory that training takes, of all processes together, as a multiple of the size of the table as floats of 32 bits:
 * importing it, splitting it, preparing its features, then each model by itself. Beside it, polars and an engine's own Python
 * package with the same rows.
 *
 *     npm run bench -- memory [ROWS] [COLUMNS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDuckDB, sqlString } from '../runtime/engines/duckdb/connect.ts';
import { measure } from './support/measure.ts';
import { peersPython } from './support/peers-python.ts';

const rows = Number(process.argv[2] ?? 3_000_000);
const columns = Number(process.argv[3] ?? 50);
const size = rows * columns * 4;
const folder = mkdtempSync(join(tmpdir(), 'mlp-bench-'));
const file = join(folder, 'numbers.parquet');

async function writeNumbers(): Promise<void> {
  const connection = await connectDuckDB({ threads: 2, memory: 2 ** 31 });
  try {
    await connection.run('SELECT setseed(0.5)');
    const numbers = Array.from({ length: columns }, (_, column) => `random()::FLOAT AS x${column}`);
    await connection.run(`COPY (SELECT *, x0 + x1 * x2 + random() > 1.25 AS y FROM (SELECT ${numbers.join(', ')} FROM range(${rows}))) TO ${sqlString(file)} (FORMAT parquet)`);
  } finally {
    connection.closeSync();
  }
}

function print(name: string, { memory, seconds }: { readonly memory: number; readonly seconds: number }, aim = ''): void {
  console.log(`${name.padEnd(24)} ${(memory / 1e6).toFixed(0).padStart(6)} MB  ${(memory / size).toFixed(2).padStart(6)}${aim}  ${seconds.toFixed(1).padStart(6)} s`);
}

try {
  await writeNumbers();
  console.log(`${rows} rows of ${columns} floats: ${(size / 1e6).toFixed(0)} MB; most memory, and its ratio to that`);
  const apply = (target: string) =>
    measure(process.execPath, [join(process.cwd(), 'dist', 'mlp.js'), 'apply', 'bench/memory.mlp', '--param', `file=${file}`, '--store', join(folder, 'store'), '--target', target, '--quiet', '--jobs', '1']);
  print('mlp: features', await apply('x'));
  for (const model of ['xgboost', 'lightgbm', 'network']) print(`mlp: ${model}`, await apply(model), ' (aim 2.50)');
  for (const engine of ['xgboost', 'lightgbm']) print(`python: ${engine}`, await measure(peersPython(), ['bench/peers/memory.py', engine, file]));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
