import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Machine } from '../../compiler/kinds/kind.ts';
import type { Artifact } from '../../compiler/plan/artifact.ts';
import { keyOf } from '../../compiler/plan/keys.ts';
import type { Plan } from '../../compiler/plan/plan.ts';
import { ensureProvider } from '../../runtime/providers/ensure-provider.ts';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { platformName } from '../../runtime/providers/platform.ts';
import { runPlan, type RunSummary } from '../../runtime/scheduler/run-plan.ts';
import { openWorkshop } from '../../runtime/scheduler/workshop.ts';
import { openStore } from '../../runtime/store/store.ts';
import { compileText, PROJECT } from '../support/compile.ts';
import { digestsOf, newProject, WORKER, type Outcome } from './program.ts';

/** Chains of queries, equal steps, an unread one, a join, floats that are summed, and every trainer. */
const PIPELINE = `
source flights = parquet("npm:vega-datasets/data/flights-3m.parquet") { limit: 20_000, dedupe: [date, origin, destination] }
table legs = sql("SELECT origin, destination, distance, hour(date) AS dep_hour, delay >= 15 AS late FROM flights")
table near = sql("SELECT * FROM legs WHERE distance < 2000")
table again = sql("SELECT * FROM legs WHERE distance < 2000")
table by_origin = sql("SELECT origin, avg(distance * 1.1) AS usual, count(*) AS n FROM again GROUP BY origin")
table joined = sql("SELECT l.*, o.usual, o.n FROM near l JOIN by_origin o USING (origin)")
table unread = sql("SELECT origin FROM flights")
split parts = holdout(joined) { target: late }
features x = prepare(parts) { encode { origin: one_hot(min_count: 20), destination: target_mean(smoothing: 10) }, scale { numeric: standard } }
model trees = xgboost(x) { rounds: 12, max_depth: 4, subsample: 0.7, checkpoint: 5 }
model twins = xgboost(x) { rounds: 12, max_depth: 4, subsample: 0.7, checkpoint: 5 }
model lines = logistic(x)
model same = baseline(x)
report scores = evaluate(trees, twins, lines, same)
choice best = select(scores.validate) { maximize: auc, require { latency_p99: ..1s } }
`;

describe('two applies into two stores', () => {
  const project = newProject({ 'p.mlp': PIPELINE });
  const flags = { one: ['--threads', '1', '--jobs', '1'], two: ['--threads', '2', '--jobs', '2'], mixed: ['--threads', '2', '--jobs', '1'] };
  const applied = new Map<string, Outcome>();

  beforeAll(async () => {
    for (const [name, given] of Object.entries(flags)) applied.set(name, await project.run(['apply', 'p.mlp', '--json', '--store', name, ...given]));
  });

  it.each(['two', 'mixed'])('with other threads and jobs (%s) give the same digests', async (name) => {
    const planned = await project.run(['plan', 'p.mlp', '--json']);
    const { steps } = JSON.parse(planned.stdout) as { steps: { name: string; guarantee: string }[] };
    const exact = steps.filter((step) => step.guarantee !== 'statistical').map((step) => step.name);
    const digests = (run: string): unknown => {
      const outcome = applied.get(run);
      expect(outcome?.code).toBe(0);
      return Object.entries(outcome === undefined ? {} : digestsOf(outcome)).filter(([step]) => exact.includes(step)).sort();
    };
    expect(exact.length).toBeGreaterThan(10);
    expect(digests(name)).toEqual(digests('one'));
  });
});

describe('the optimizer', () => {
  const machine: Machine = { platform: platformName(), processor: cpus()[0]?.model ?? 'unknown', arithmetic: 'any' };

  async function apply(plan: Plan, root: string): Promise<RunSummary> {
    const engine = await ensureProvider({ lock: defaultLock(), engine: 'xgboost' });
    if (!engine.ok) throw new Error(engine.diagnostic.message);
    mkdirSync(root, { recursive: true });
    const absolute = plan.steps.map((step) => ({ ...step, roots: step.roots.map((file) => ({ ...file, path: join(PROJECT, file.path) })) }));
    const workshop = openWorkshop(WORKER);
    return runPlan({
      plan: { ...plan, steps: absolute },
      store: await openStore(join(root, 'store'), { access: 'write' }),
      project: PROJECT,
      cache: join(root, 'cache'),
      workshop,
      resolveKey: keyOf,
      threads: 2,
      jobs: 2,
      memory: 2 ** 31,
      engines: () => Promise.resolve({ xgboost: engine.library }),
      onEvent: () => undefined,
    }).finally(workshop.pool.kill);
  }

  /** What a step came to, wherever the optimizer lets it be made; the manifests of what is fused or merged are elsewhere. */
  function made(plan: Plan, summary: RunSummary, name: string): Readonly<Record<string, Artifact>> | undefined {
    const step = plan.steps.find((one) => one.name === name);
    const outputs = summary.steps.get(step?.sameAs ?? name)?.outputs;
    return outputs && Object.fromEntries(Object.entries(outputs).map(([part, { artifact }]) => [part, artifact]));
  }

  it('changes no artifact', async () => {
    const project = newProject();
    const options = { machine, engines: { duckdb: '1', xgboost: '3.4.1' } };
    const [plain, optimized] = await Promise.all([true, false].map(async (off) => compileText(PIPELINE, { ...options, optimize: !off })));
    if (plain?.plan === undefined || optimized?.plan === undefined) throw new Error(JSON.stringify(plain?.diagnostics));
    const before = await apply(plain.plan, project.path('plain'));
    const after = await apply(optimized.plan, project.path('optimized'));
    expect([before.state, after.state]).toEqual(['done', 'done']);

    const rewritten = optimized.plan.steps.filter((step) => step.fusedInto !== undefined || step.sameAs !== undefined).map((step) => step.name);
    expect(rewritten).toEqual(expect.arrayContaining(['again', 'twins']));
    const compared = optimized.plan.steps.filter((step) => step.fusedInto === undefined && step.guarantee !== 'statistical').map((step) => step.name);
    expect(compared).toEqual(expect.arrayContaining(['joined', 'trees', 'scores']));
    for (const name of compared) expect(made(optimized.plan, after, name), name).toEqual(made(plain.plan, before, name));
  });
});
