/**
 * What many steps cost, beside other programs that run steps of files, in the same run.
 *
 *     npm run bench -- scale [plan] [first] [leaf] [column] [--steps 200,1000,10000]
 *
 * `plan`: nothing to do, in a loop and written out, with memory; `first`: the first run of 200 and 1,000 trivial steps, side by
 * side and in a chain, beside the same analyses and COPYs by one script on one connection; `leaf`: one leaf changes; `column`: one
 * column of a wide table changes. Times are the best of some runs. A peer is not measured beyond the number of steps that takes
 * it minutes, which is said, and not waited for longer than a minute and a half. All of it takes about
 * twelve minutes on a quiet machine with two cores.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '../runtime/events.ts';
import { analyseQuery } from '../runtime/engines/duckdb/analyse-query.ts';
import { connectDuckDB, connectForAnalysis } from '../runtime/engines/duckdb/connect.ts';
import { writeTable } from '../runtime/engines/duckdb/write-table.ts';
import { buildTools, LEAF, type BuildTool, type CommandLine, type Shape } from './support/build-tools.ts';
import { measure, type Measured } from './support/measure.ts';

const MLP: CommandLine = [process.execPath, join(process.cwd(), 'dist', 'mlp.js')];
const REPEATS = 3;
/** Seconds for which a peer is waited. */
const PATIENCE = 90;
const LATE = `not ready within ${PATIENCE} s`;
const FIRST = [200, 1000];
const LEAVES = 1000;
const WIDE = { columns: 200, rows: 1_000_000, readers: 20 };
const ROWS = Array.from({ length: 1000 }, (_, row) => `${row},${(row * 7) % 50}`);

const given = process.argv.slice(2);
const at = given.indexOf('--steps');
const sizes = (at < 0 ? '200,1000,10000' : (given[at + 1] ?? '')).split(',').map(Number);
const parts = { plan: benchPlan, first: benchFirst, leaf: benchLeaf, column: benchColumn };
const asked = given.filter((_, index) => index !== at && (at < 0 || index !== at + 1));
let folders = 0;
const ready = new Map<string, Promise<string | undefined>>();
const base = mkdtempSync(join(tmpdir(), 'mlp-bench-scale-'));
try {
  const tools = buildTools();
  for (const [name, part] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) await part(tools);
} finally {
  rmSync(base, { recursive: true, force: true });
}

function newFolder(): string {
  const folder = join(base, String((folders += 1)));
  mkdirSync(folder);
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{}\n');
  writeFileSync(join(folder, 't.csv'), ['a,b', ...ROWS].join('\n'));
  writeFileSync(join(folder, LEAF), ['a,b', ...ROWS].join('\n'));
  return folder;
}

/** A source and trivial queries, as many steps as asked for. */
function writtenOut(steps: number, shape: Shape, leaf = 0): string {
  const query = (index: number): string => `table t${index} = sql("SELECT a, b + ${index + (index === steps - 2 ? leaf : 0)} AS b FROM ${shape === 'chain' && index > 0 ? `t${index - 1}` : 't'}")`;
  return ['source t = csv("t.csv")', ...Array.from({ length: steps - 1 }, (_, index) => query(index)), ''].join('\n');
}

function byLoop(steps: number): string {
  const rounds = Array.from({ length: steps - 1 }, (_, index) => index).join(', ');
  return `param rounds: list(int) = [${rounds}]\nsource t = csv("t.csv")\nfor round in rounds {\n  table t_k = sql("SELECT a, b + \${round} AS b FROM t")\n}\n`;
}

function run([command, ...args]: CommandLine, cwd: string, limit?: number): Promise<Measured> {
  return measure(command, args, { cwd, ...(limit === undefined ? {} : { limit }) });
}

async function best(line: CommandLine, cwd: string, limit?: number): Promise<Measured | undefined> {
  let found: Measured | undefined;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const measured = await run(line, cwd, limit).catch(() => undefined);
    if (measured === undefined) return undefined;
    if (found === undefined || measured.seconds < found.seconds) found = measured;
  }
  return found;
}

function shown(measured: Measured | undefined, own?: Measured): string {
  if (measured === undefined) return `> ${PATIENCE} s`.padStart(10);
  const ratio = own === undefined ? '' : `  ${(measured.seconds / own.seconds).toFixed(2)} × mlp`;
  return `${measured.seconds.toFixed(3).padStart(8)} s${ratio}`;
}

function memoryOf({ memory }: Measured): string {
  return `${(memory / 1e6).toFixed(0)} MB`;
}

async function benchPlan(tools: readonly BuildTool[]): Promise<void> {
  console.log(`nothing to do: best of ${REPEATS}`);
  let before: Sized | undefined;
  for (const steps of sizes) {
    const folder = newFolder();
    writeFileSync(join(folder, 'out.mlp'), writtenOut(steps, 'independent'));
    writeFileSync(join(folder, 'loop.mlp'), byLoop(steps));
    await run([...MLP, 'apply', 'out.mlp', '--quiet'], folder);
    // A loop makes the same steps: their results are there already.
    await run([...MLP, 'apply', 'loop.mlp', '--quiet'], folder);
    const written = await best([...MLP, 'plan', 'out.mlp', '--quiet'], folder);
    const looped = await best([...MLP, 'plan', 'loop.mlp', '--quiet'], folder);
    if (written === undefined || looped === undefined) throw new Error('a plan failed');
    console.log(`  ${String(steps).padStart(6)} steps  written out ${shown(written)}  ${memoryOf(written)}   by a loop ${shown(looped)}  ${memoryOf(looped)}`);
    const times = [written.seconds, looped.seconds];
    if (before !== undefined) console.log(`         growth     ${growth(before, { steps, times })} ms for each step more, written out and by a loop`);
    before = { steps, times };
    for (const tool of tools) {
      if (steps > tool.most) console.log(`         ${tool.name.padEnd(10)} (not measured beyond ${tool.most} steps)`);
      else {
        const theirs = await settled(tool, steps);
        console.log(`         ${tool.name.padEnd(10)} ${theirs === undefined ? LATE : shown(await best(tool.look, theirs, PATIENCE), written)}`);
      }
    }
  }
}

/** Seconds of some plans of this many steps. */
interface Sized {
  readonly steps: number;
  readonly times: readonly number[];
}

/** Milliseconds for each step that there are more: the same from size to size where time grows in a line. */
function growth(before: Sized, now: Sized): string {
  return now.times.map((time, index) => (((time - (before.times[index] ?? 0)) * 1000) / (now.steps - before.steps)).toFixed(3)).join(', ');
}

/** A folder in which a tool has nothing to do; `undefined` if making it ready takes too long. That is found out once. */
function settled(tool: BuildTool, steps: number): Promise<string | undefined> {
  const known = `${tool.name} ${steps}`;
  const folder = ready.get(known) ?? settle(tool, steps);
  ready.set(known, folder);
  return folder;
}

async function settle(tool: BuildTool, steps: number): Promise<string | undefined> {
  const folder = newFolder();
  tool.declare(folder, steps, 'independent');
  return (await run(tool.settle(folder, steps, 'independent'), folder, PATIENCE).catch(() => undefined)) === undefined ? undefined : folder;
}

async function benchFirst(tools: readonly BuildTool[]): Promise<void> {
  const each = (seconds: number, steps: number): string => ((seconds / steps) * 1000).toFixed(1);
  for (const shape of ['independent', 'chain'] as const) {
    console.log(`first run of steps of ${ROWS.length} rows, ${shape}`);
    for (const steps of FIRST) {
      const limit = await oneScript(shape, steps);
      const folder = newFolder();
      writeFileSync(join(folder, 'p.mlp'), writtenOut(steps, shape));
      const own = await run([...MLP, 'apply', 'p.mlp', '--quiet'], folder);
      console.log(`  mlp apply    ${String(steps).padStart(5)} steps ${shown(own)}   ${each(own.seconds, steps)} ms a step, ${each(own.seconds - limit, steps)} over one script's ${each(limit, steps)}`);
    }
    for (const tool of tools) {
      const theirs = newFolder();
      tool.declare(theirs, tool.first, shape);
      const measured = await run(tool.run, theirs, PATIENCE).catch(() => undefined);
      console.log(`  ${tool.name.padEnd(12)} ${String(tool.first).padStart(5)} steps ${shown(measured)}${measured === undefined ? '' : `   ${each(measured.seconds, tool.first)} ms a step`}`);
    }
  }
}

/** Seconds that the analyses and the writing take by themselves. */
async function oneScript(shape: Shape, steps: number): Promise<number> {
  const folder = newFolder();
  const begun = performance.now();
  const [analysis, connection] = [await connectForAnalysis(), await connectDuckDB({ threads: 2, memory: 2 ** 30 })];
  const columns = ['a', 'b'].map((name) => ({ name, type: { kind: 'int' as const }, nullable: true, sql: 'BIGINT' }));
  await writeTable(connection, { select: `SELECT * FROM read_csv('${join(folder, 't.csv')}')`, path: join(folder, 't.parquet') });
  for (let step = 0; step < steps - 1; step++) {
    const before = shape === 'chain' && step > 0 ? `t${step - 1}` : 't';
    const answer = await analyseQuery(analysis, { text: `SELECT a, b + ${step} AS b FROM ${before}`, tables: [{ name: before, columns }] });
    if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
    await writeTable(connection, { select: `SELECT a, b + ${step} AS b FROM '${join(folder, before)}.parquet'`, path: join(folder, `t${step}.parquet`) });
  }
  return (performance.now() - begun) / 1000;
}

async function benchLeaf(tools: readonly BuildTool[]): Promise<void> {
  console.log(`one leaf of ${LEAVES} steps changes: best of ${REPEATS}`);
  const folder = newFolder();
  const save = (leaf: number): void => writeFileSync(join(folder, 'p.mlp'), writtenOut(LEAVES, 'independent', leaf));
  save(0);
  await run([...MLP, 'apply', 'p.mlp', '--quiet'], folder);
  let own: Measured | undefined;
  for (let repeat = 1; repeat <= REPEATS; repeat++) {
    save(repeat * LEAVES);
    const measured = await run([...MLP, 'apply', 'p.mlp', '--json'], folder);
    const ran = ranOf(measured);
    if (ran.length !== 1) throw new Error(`${ran.length} steps ran`);
    if (own === undefined || measured.seconds < own.seconds) own = measured;
  }
  console.log(`  mlp apply    ${shown(own)}   (1 step ran)`);
  for (const tool of tools) {
    const theirs = await settled(tool, LEAVES);
    if (theirs !== undefined) writeFileSync(join(theirs, LEAF), ['a,b', ...ROWS, '1,1'].join('\n'));
    console.log(`  ${tool.name.padEnd(10)}   ${theirs === undefined ? LATE : shown(await run(tool.run, theirs, PATIENCE).catch(() => undefined), own)}`);
  }
}

/** The names of the steps that an apply ran. */
function ranOf({ output }: Measured): string[] {
  const events = output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as RunEvent] : []));
  return events.flatMap((event) => (event.event === 'step-end' && event.state === 'ran' ? [event.name] : []));
}

/** A wide file whose readers read two columns each; then one column has other values. */
async function benchColumn(tools: readonly BuildTool[]): Promise<void> {
  console.log(`one of ${WIDE.columns} columns of ${WIDE.rows.toLocaleString('en')} rows changes; ${WIDE.readers} queries read two columns each`);
  const folder = newFolder();
  const connection = await connectDuckDB({ threads: 2, memory: 2 ** 31 });
  const write = async (changed?: number): Promise<void> => {
    const columns = Array.from({ length: WIDE.columns }, (_, index) => `(i * ${index + 3} ${index === changed ? '+ 1' : ''}) % ${97 + index} AS c${index}`);
    await connection.run(`COPY (SELECT ${columns.join(', ')} FROM range(${WIDE.rows}) t(i)) TO '${join(folder, 'wide.parquet')}' (FORMAT parquet)`);
  };
  await write();
  const readers = Array.from({ length: WIDE.readers }, (_, index) => `table r${index} = sql("SELECT c${2 * index}, count(*) AS n, max(c${2 * index + 1}) AS m FROM wide GROUP BY c${2 * index}")`);
  writeFileSync(join(folder, 'p.mlp'), `source wide = parquet("wide.parquet")\n${readers.join('\n')}\n`);
  const first = await run([...MLP, 'apply', 'p.mlp', '--json'], folder);
  await write(7);
  const again = await run([...MLP, 'apply', 'p.mlp', '--json'], folder);
  console.log(`  first run    ${shown(first)}   ${ranOf(first).length} steps ran\n  one column   ${shown(again)}   ran: ${ranOf(again).join(', ')}`);
  await columnByDvc(tools, folder, write);
}

/** As many stages that depend on the same file, one after the other: to a program that knows files, all of it has changed. */
async function columnByDvc(tools: readonly BuildTool[], folder: string, write: (changed?: number) => Promise<void>): Promise<void> {
  const dvc = tools.find(({ name }) => name === 'DVC');
  if (dvc === undefined) return;
  await write();
  dvc.declare(folder, 0, 'independent');
  const stages = Array.from({ length: WIDE.readers }, (_, index) => `  r${index}:\n    cmd: head -c 1000 wide.parquet > out/r${index}\n    deps: [wide.parquet]\n    outs: [out/r${index}]`);
  writeFileSync(join(folder, 'dvc.yaml'), `stages:\n${stages.join('\n')}\n`);
  const command = dvc.run.filter((word) => word !== '--quiet') as unknown as CommandLine;
  await run(command, folder, PATIENCE);
  await write(7);
  const again = await run(command, folder, PATIENCE);
  console.log(`  DVC          ${shown(again)}   ran: ${again.output.match(/^Running stage/gm)?.length ?? 0} of ${WIDE.readers} stages, each a copy of a thousand bytes`);
}
