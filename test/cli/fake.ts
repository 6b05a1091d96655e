import { diagnose, type Diagnostic } from '../../grammar/index.ts';
import type { Interruption } from '../../apps/cli/command.ts';
import { runCommandLine } from '../../apps/cli/run-command-line.ts';
import { plainPaint } from '../../apps/cli/render/text.ts';
import type { ApplyOptions, ApplyResult, Session, SessionOptions } from '../../apps/session/session.ts';
import type { Preview } from '../../compiler/plan/preview.ts';
import type { Store } from '../../runtime/store/store.ts';
import { records, unchanged } from './example.ts';

/** What a test says of the session that a command gets. */
export interface FakeSession {
  readonly preview?: Preview;
  /** What compiling any file finds. */
  readonly diagnostics?: readonly Diagnostic[];
  readonly text?: string;
  /** `interrupt` is a press of Ctrl-C. */
  readonly apply?: (options: ApplyOptions, interrupt: () => void) => Promise<ApplyResult>;
  readonly store?: Partial<Store>;
  readonly onOpen?: (options: SessionOptions) => void;
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly closed: boolean;
}

/** Runs a command line against a session that is made of the test's data. */
export async function runFake(argv: readonly string[], fake: FakeSession = {}, cwd = '/project'): Promise<Outcome & { readonly json: () => unknown }> {
  const out: string[] = [];
  const err: string[] = [];
  let closed = false;
  let interrupt: ((why: Interruption) => void) | undefined;
  const preview = fake.preview ?? unchanged;
  const diagnostics = fake.diagnostics ?? [];
  const session: Session = {
    project: cwd,
    storeFolder: `${cwd}/.mlp/store`,
    pipelineOf: () => Promise.resolve(preview.plan.pipeline),
    compile: () => Promise.resolve({ ...(diagnostics.some(({ severity }) => severity === 'error') ? {} : { plan: preview.plan, basis: { file: preview.plan.file, params: {}, targets: [], environment: {}, engines: {} } }), tests: [], diagnostics, textOf: () => fake.text, reads: new Set() }),
    preview: () => Promise.resolve(preview),
    test: () => Promise.reject(new Error('nothing is tested in this test')),
    apply: (_preview, options) => fake.apply?.(options, () => interrupt?.('signal')) ?? Promise.reject(new Error('nothing is applied in this test')),
    predict: () => Promise.reject(new Error('nothing is predicted in this test')),
    verify: () => Promise.reject(new Error('nothing is verified in this test')),
    compareInputs: () => Promise.resolve(new Map()),
    find: (_preview, name) => {
      const one = preview.steps.find(({ step }) => step.name === name);
      const record = records.get(name);
      if (one === undefined) return Promise.resolve({ found: false, reason: 'unknown', known: [] });
      if (one.state !== 'cached' || record === undefined) return Promise.resolve({ found: false, reason: 'not-made', step: one.step });
      return Promise.resolve({ found: true, step: one.step, record, artifact: (part) => record.outputs[part]?.artifact });
    },
    duckdb: { ask: () => Promise.reject(new Error('nothing is asked here')) },
    openStore: () => Promise.resolve({ root: `${cwd}/.mlp/store`, lookup: () => undefined, ...fake.store } as Store),
    isOurs: () => false,
    warm: () => undefined,
    settled: () => Promise.resolve(),
    keepWanted: () => undefined,
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
  const code = await runCommandLine(argv, {
    cwd,
    terminal: { print: (line) => out.push(`${line}\n`), printError: (line) => err.push(`${line}\n`), view: () => ({ width: 100, paint: plainPaint }), paintError: plainPaint },
    openSession: (options) => {
      fake.onOpen?.(options);
      return Promise.resolve(session);
    },
    onInterrupt: (handler) => {
      interrupt = handler;
      return () => {
        interrupt = undefined;
      };
    },
  });
  return { code, out: out.join(''), err: err.join(''), closed, json: () => JSON.parse(out.join('')) as unknown };
}

/** An error with a place. */
export const unknownColumn: Diagnostic = diagnose('unknown-column', { file: 'pipelines/flights.mlp', start: 14, end: 22 }, { name: 'distnace', table: 'legs', columns: ['distance'], suggestion: 'did you mean `distance`?' });

/** The text that it points into. */
export const wrongText = 'use: [\n  late,distnace\n]\n';

/** Something that stops nothing. */
export const aWarning: Diagnostic = diagnose('document-nothing', { file: 'pipelines/flights.mlp', start: 0, end: 3 }, {});
