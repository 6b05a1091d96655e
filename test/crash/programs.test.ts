import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../runtime/store/store.ts';
import { checkStore } from '../../runtime/store/upkeep/check-store.ts';
import { CHECKOUT, digestsOf, newProject, outcomeOf, type Outcome } from '../end-to-end/program.ts';
import { describeOnLinux } from '../end-to-end/processes.ts';
import { faultsOf, filesBelow } from '../end-to-end/store-health.ts';
import type { Fault } from './faulty-files.ts';
import { isLong } from './long-mode.ts';

/** A small pipeline of every sort of step: files, SQL, a check, a split, features, a training with checkpoints, a report. */
const PIPELINE = `
source rows = csv("data.csv")
table wide = sql("SELECT *, a * 2 AS c FROM rows")
check sane = expect(wide) { rows: 10.. }
split parts = holdout(wide) { target: y }
features x = prepare(parts) { drop: [id] }
model trees = xgboost(x) { rounds: 6, subsample: 0.8, checkpoint: 2 }
model base = baseline(x)
report scores = evaluate(trees, base)
`;
const DATA = 'id,a,b,y\n' + Array.from({ length: 300 }, (_, i) => `${i},${i % 7},${'pqr'[i % 3]},${(i * 7) % 11 > 4}`).join('\n') + '\n';

/** Kills and failures of a long run, and of the sample in `npm test`. */
const STRIKES = Number(process.env['MLP_CRASH_STRIKES'] ?? (isLong ? 1_000 : 6));
const FAULTS: readonly Fault[] = ['kill', 'tear', 'kill', 'ENOSPC', 'kill', 'EIO', 'tear'];

/** Strikes of one store before the apply that is to finish. */
const IN_A_ROW = 3;

describeOnLinux('programs that are struck', () => {
  const built = mkdtempSync(join(tmpdir(), 'mlp-struck-'));
  const project = newProject({ 'p.mlp': PIPELINE, 'data.csv': DATA });
  const undisturbed: { outcome?: Outcome; operations?: number } = {};

  beforeAll(async () => {
    symlinkSync(join(CHECKOUT, 'node_modules'), join(built, 'node_modules'));
    buildSync({
      entryPoints: ['mlp.ts', 'worker.ts'].map((name) => join(import.meta.dirname, 'program', name)),
      outdir: built,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external: ['@duckdb/node-bindings', 'koffi', 'apache-arrow', 'vega-datasets', '@tensorflow/tfjs-core'],
      banner: { js: "import { createRequire as mlpRequire } from 'node:module'; const require = mlpRequire(import.meta.url);" },
      logLevel: 'warning',
    });
    // Files that are known change less from run to run.
    const first = await apply('first');
    expect(first.code, first.output).toBe(0);
    const counter = join(built, 'counter');
    undisturbed.outcome = await apply('undisturbed', { MLP_TEST_COUNTER: counter });
    expect(undisturbed.outcome.code, undisturbed.outcome.output).toBe(0);
    undisturbed.operations = statSync(counter).size;
  });

  afterAll(() => rmSync(built, { recursive: true, force: true }));

  function apply(store: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const program = spawn(process.execPath, [join(built, 'mlp.mjs'), 'apply', 'p.mlp', '--json', '--store', `stores/${store}`], {
      cwd: project.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return outcomeOf(program);
  }

  /** The processes of these programs that run. */
  function running(): string[] {
    return readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(built) && !/^.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return false;
      }
    });
  }

  async function expectNoneRunning(): Promise<void> {
    for (let waited = 0; running().length > 0; waited += 20) {
      if (waited > 10_000) expect(running()).toEqual([]);
      await new Promise((later) => setTimeout(later, 20));
    }
  }

  /** Strikes an apply, and looks at what it has left. */
  async function strike(store: string, fault: Fault, at: number): Promise<string> {
    const what = `${fault} at ${at} of ${undisturbed.operations ?? 0}`;
    const counter = join(built, `${store}-${at}`);
    const outcome = await apply(store, { MLP_TEST_STRIKE: `${fault}:${at}`, MLP_TEST_COUNTER: counter });
    const said = `${what}: ${outcome.output.slice(-2000)}`;
    // Ended by the kill; by a failed step or disk; or well, where what failed was not needed.
    expect(outcome.signal ?? `code ${outcome.code ?? ''}`, said).toMatch(/^(?:SIGKILL|code [0135])$/);
    if (fault === 'ENOSPC' || fault === 'EIO') expect(outcome.signal, said).toBe(null);
    expect(outcome.output, said).not.toMatch(/\n\s+at |\bnode:|\bundefined\b/);
    await expectNoneRunning();
    await expectWhole(store, what);
    return what;
  }

  async function expectWhole(store: string, what: string): Promise<void> {
    const { faults } = await checkStore(await openStore(project.path('stores', store), { access: 'read' }));
    expect([...faultsOf(project.path('stores', store)), ...faults], what).toEqual([]);
  }

  /** The next apply gives what an undisturbed one does, and leaves nothing behind. */
  async function finish(store: string, what: string): Promise<void> {
    const next = await apply(store);
    expect(next.code, `${what}, then: ${next.output.slice(-2000)}`).toBe(0);
    expect(digestsOf(next), what).toEqual(undisturbed.outcome === undefined ? {} : digestsOf(undisturbed.outcome));
    await expectWhole(store, what);
    for (const folder of [project.path('stores', store, 'tmp'), project.path('stores', store, 'leases'), project.path('.mlp/cache/checkpoints')]) expect(filesBelow(folder), what).toEqual([]);
    rmSync(project.path('stores', store), { recursive: true });
  }

  it(`at ${STRIKES} of their operations leave a whole store, no process and no temporary file, and the next apply finishes`, { timeout: 60_000 * STRIKES }, async () => {
    const operations = undisturbed.operations ?? 0;
    expect(operations).toBeGreaterThan(200);
    let what: string[] = [];
    for (let index = 0; index < STRIKES; index += 1) {
      const store = `struck-${Math.floor(index / IN_A_ROW)}`;
      const fault = FAULTS[index % FAULTS.length] ?? 'kill';
      // Evenly over the run; one that goes on where another was struck has less to do.
      const share = ((index * 0.6180339887) % 1) * (1 - (index % IN_A_ROW) / (IN_A_ROW + 1));
      what.push(await strike(store, fault, 1 + Math.floor(share * operations)));
      if ((index + 1) % IN_A_ROW > 0 && index + 1 < STRIKES) continue;
      await finish(store, what.join(', then '));
      what = [];
    }
  });
});
