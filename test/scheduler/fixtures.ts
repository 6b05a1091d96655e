import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';
import { runPlan, type RunSummary } from '../../runtime/scheduler/run-plan.ts';
import type { RunPlanOptions } from '../../runtime/scheduler/run.ts';
import { openWorkshop } from '../../runtime/scheduler/workshop.ts';
import { openStore } from '../../runtime/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { planOf, resolveKey, type ShortStep } from './plans.ts';

const built = mkdtempSync(join(tmpdir(), 'mlp-worker-'));

/** The worker program of these tests, bundled like the real one. */
export const workerScript = join(built, 'worker.mjs');

/** A program that starts a worker whose step blocks, and prints the worker's process number. */
export const parentScript = join(built, 'parent.mjs');

/** A program that applies `slowSteps` into a store. */
export const applyScript = join(built, 'apply.mjs');

beforeAll(() => {
  buildSync({
    entryPoints: ['worker.ts', 'parent.ts', 'apply.ts'].map((name) => join(dirname(fileURLToPath(import.meta.url)), name)),
    outdir: built,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
});

afterAll(() => rmSync(built, { recursive: true, force: true }));

/** A project whose pipeline can be applied again and again. */
export interface Project {
  readonly root: string;
  readonly cache: string;
  readonly apply: (
    steps: Readonly<Record<string, ShortStep>>,
    options?: Partial<RunPlanOptions>,
  ) => Promise<Applied>;
}

export interface Applied {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
  /** State by step. */
  readonly states: Readonly<Record<string, string>>;
  /** The text that a step made. */
  readonly text: (step: string) => Promise<string>;
}

/** Makes an empty project. */
export async function newProject(): Promise<Project> {
  const folder = await temporaryFolder();
  const root = join(folder, 'store');
  const cache = join(folder, 'cache');
  return {
    root,
    cache,
    apply: async (steps, options = {}) => {
      const store = await openStore(root, { access: 'write' });
      const events: RunEvent[] = [];
      const own = openWorkshop(workerScript);
      const summary = await runPlan({
        plan: planOf(steps),
        store,
        project: folder,
        cache,
        workshop: own,
        jobs: 2,
        threads: 2,
        memory: 2 ** 30,
        resolveKey,
        // Short: each gets one thread, so that two run side by side.
        cost: () => 0.1,
        ...options,
        onEvent: (event) => {
          events.push(event);
          options.onEvent?.(event);
        },
      }).finally(own.pool.kill);
      return {
        summary,
        events,
        states: Object.fromEntries([...summary.steps].map(([name, outcome]) => [name, outcome.state])),
        text: async (step) => {
          const artifact = summary.steps.get(step)?.outputs?.['value']?.artifact;
          if (artifact?.type !== 'table') throw new Error(`${step} made no table`);
          return Buffer.from(await store.readBlob(artifact.file.digest)).toString('utf8');
        },
      };
    },
  };
}
