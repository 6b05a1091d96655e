import { writeFile } from 'node:fs/promises';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import type { RunnableKinds } from '../../runtime/worker/run-job.ts';
import { serveSteps } from '../../runtime/worker/serve-steps.ts';

type Run = (context: RunContext) => Promise<RunResult>;

/** The texts of the inputs, in order, each read from the store. */
async function readInputs(context: RunContext): Promise<string[]> {
  const texts: string[] = [];
  for (const { artifact } of context.inputs) {
    if (artifact.type !== 'table') continue;
    texts.push(Buffer.from(await context.readBlob(artifact.file.digest)).toString('utf8'));
  }
  return texts;
}

/** A "table" whose file is this text. */
async function tableOf(context: RunContext, text: string): Promise<RunResult> {
  const path = context.temporaryFile('.txt');
  await writeFile(path, text);
  const file = await context.putFile(path);
  const value: TableArtifact = {
    type: 'table',
    rows: text.length,
    columns: [{ name: 'text', sql: 'VARCHAR', digest: file.digest, nulls: 0 }],
    file,
  };
  return { outputs: { value } };
}

const text = (context: RunContext): string => {
  const value = context.step.params['text'];
  return typeof value === 'string' ? value : '';
};

const kinds: Readonly<Record<string, Run>> = {
  write: async (context) => tableOf(context, text(context)),
  join: async (context) => tableOf(context, [...(await readInputs(context)), text(context)].join('+')),
  first: async (context) => tableOf(context, (await readInputs(context)).join('').slice(0, 1)),
  where: async (context) => tableOf(context, JSON.stringify([context.threads, context.memory, context.engines, context.seed])),
  process: async (context) => tableOf(context, String(process.pid)),
  warn: async (context) => ({
    ...(await tableOf(context, 'x')),
    warnings: ['something is odd'],
    statistics: { rowsRead: 3 },
  }),
  train: async (context) => {
    for (let round = 1; round <= 50; round += 1) {
      context.progress({ phase: 'training', round, rounds: 50, metrics: { auc: round / 50 } });
    }
    return tableOf(context, 'trained');
  },
  refuse: async () => {
    throw new StepError('the target has one class', 'check the filter of `legs`');
  },
  bug: async () => {
    const nothing = undefined as unknown as { length: number };
    return { outputs: { value: { type: 'measure', values: { length: nothing.length } } } };
  },
  forget: async () => ({ outputs: {} }),
  kill: async () => {
    process.stderr.write('reading\nabout to\n');
    await new Promise((resolve) => setTimeout(resolve, 30));
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  },
  abort: async () => process.abort(),
  exit: async () => process.exit(7),
  slow: async (context) => {
    await new Promise((resolve) => setTimeout(resolve, Number(text(context))));
    return tableOf(context, 'slow');
  },
  hang: async () => new Promise(() => undefined),
  /** Blocks the event loop, as a long native call does. */
  block: async (context) => {
    context.progress({ phase: String(process.pid) });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    return tableOf(context, 'never');
  },
  resume: async (context) => {
    const before = await context.checkpoint.load();
    if (before !== undefined) return tableOf(context, `went on after ${Buffer.from(before).toString()}`);
    await context.checkpoint.save(Buffer.from('round 50'));
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  },
  check: async (context) => {
    const passed = text(context) === 'pass';
    const findings = passed ? [] : [{ message: '12 rows, expected 1000 or more' }, { rows: 3 }];
    return { outputs: { value: { type: 'check', passed, findings } } };
  },
};

const registry: RunnableKinds = new Map(Object.entries(kinds).map(([name, run]) => [name, { run }]));
serveSteps(registry);
