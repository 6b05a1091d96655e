/**
 * A large CSV file with a schema, a key and invalid rows, made here and deleted afterwards: `mlp apply` beside DuckDB
 * alone, which does the same work by one script of SQL, each in a process of its own, in turns.
 *
 *     npm run bench -- csv [MEGABYTES] [REPEATS]
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDuckDB, sqlString } from '../runtime/engines/duckdb/connect.ts';
import { measure, median, type Measured } from './support/measure.ts';

const megabytes = Number(process.argv[2] ?? 1000);
const repeats = Number(process.argv[3] ?? 3);
const MLP = join(process.cwd(), 'dist', 'mlp.js');
const PIPELINE = 'bench/csv.mlp';
const PEER = readFileSync(join('bench', 'peers', 'csv.sql'), 'utf8');
const RUN_SQL = join('bench', 'support', 'run-sql.mjs');

/** Bytes of a row, about: what decides how many rows are made. */
const ROW_BYTES = 62;

/** One row in 50 repeats the key of the row before, one in 200 has no amount, one in 300 a negative one. */
async function makeFile(path: string, rows: number): Promise<void> {
  const connection = await connectDuckDB({ threads: 2, memory: 2 ** 30 });
  await connection.run(
    `COPY (SELECT CASE WHEN i % 50 = 1 THEN i - 1 ELSE i END AS id,
                  TIMESTAMP '2020-01-01' + to_seconds(i * 7) AS at,
                  ['north', 'south', 'east', 'west'][CAST(1 + hash(i) % 4 AS INTEGER)] AS region,
                  CASE WHEN i % 200 = 3 THEN 'n/a' ELSE CAST(CAST(CASE WHEN i % 300 = 5 THEN -1 ELSE 1 END * CAST(hash(i + 1) % 1000000 AS BIGINT) / 100 AS DECIMAL(12, 2)) AS VARCHAR) END AS amount,
                  CASE WHEN i % 11 = 0 THEN NULL ELSE hash(i + 2) % 1000 END AS quantity,
                  'note, ' || hash(i + 3) % 100000 AS note
           FROM range(${rows}) t(i)) TO ${sqlString(path)} (FORMAT csv)`,
  );
  connection.closeSync();
}

interface Rows {
  readonly kept: number;
  readonly invalid: number;
}

interface Statistics {
  readonly read: number;
  readonly invalid: number;
  readonly repeated: number;
}

/** What the source counted, from its record in the store. */
function statisticsOf(store: string): Statistics {
  const actions = join(store, 'actions');
  const [file = ''] = readdirSync(actions, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return (JSON.parse(readFileSync(join(actions, file), 'utf8')) as { readonly record: { readonly statistics: Statistics } }).record.statistics;
}

async function mlp(folder: string, file: string): Promise<Measured & Rows> {
  const store = mkdtempSync(join(folder, 'store-'));
  const flags = ['--store', store, '--json', '--param', `file=${file}`];
  const measured = await measure(process.execPath, [MLP, 'apply', PIPELINE, ...flags]);
  const { read, invalid, repeated } = statisticsOf(store);
  rmSync(store, { recursive: true, force: true });
  return { ...measured, kept: read - invalid - repeated, invalid };
}

async function duckdb(folder: string, file: string): Promise<Measured & Rows> {
  const out = mkdtempSync(join(folder, 'peer-'));
  const script = PEER.replaceAll('$FILE', sqlString(file)).replaceAll('$KEPT', sqlString(join(out, 'kept.parquet'))).replaceAll('$INVALID', sqlString(join(out, 'invalid.parquet')));
  const measured = await measure(process.execPath, [RUN_SQL, script, out]);
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  const count = async (name: string): Promise<number> => Number((await connection.runAndReadAll(`SELECT count(*) FROM read_parquet(${sqlString(join(out, name))})`)).getRows()[0]?.[0]);
  const rows = { kept: await count('kept.parquet'), invalid: await count('invalid.parquet') };
  connection.closeSync();
  rmSync(out, { recursive: true, force: true });
  return { ...measured, ...rows };
}

function show(name: string, results: readonly (Measured & Rows)[]): number {
  const seconds = median(results.map((one) => one.seconds));
  const memory = median(results.map((one) => one.memory));
  const [first] = results;
  console.log(`${name.padEnd(8)} ${seconds.toFixed(2).padStart(7)} s  ${(memory / 1e9).toFixed(2).padStart(5)} GB  ${first?.kept ?? 0} rows kept, ${first?.invalid ?? 0} invalid`);
  return seconds;
}

const folder = mkdtempSync(join(tmpdir(), 'mlp-bench-'));
try {
  const file = join(folder, 'rows.csv');
  await makeFile(file, Math.round((megabytes * 1e6) / ROW_BYTES));
  console.log(`${(statSync(file).size / 1e6).toFixed(0)} MB`);
  const ours: (Measured & Rows)[] = [];
  const peers: (Measured & Rows)[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    ours.push(await mlp(folder, file));
    peers.push(await duckdb(folder, file));
  }
  const ratio = show('mlp', ours) / show('DuckDB', peers);
  console.log(`mlp / DuckDB  ${ratio.toFixed(2)}   (aim 1.50)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
