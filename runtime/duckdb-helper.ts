import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { HelperAnswers, HelperMessage, HelperQuestion, HelperReply } from './engines/duckdb/serve-helper.ts';

/** DuckDB, loaded in processes of its own: one from the first question on, more where many questions wait. */
export interface DuckDBHelper {
  /** Asks a question; a signal ends the process in the middle of it, as an error. The next question starts another. */
  readonly ask: <Q extends HelperQuestion>(question: Q, signal?: AbortSignal) => Promise<HelperAnswers[Q['kind']]>;
  /** Ends the processes, if any were started. */
  readonly close: () => void;
}

/** How many processes there are at most. */
const PROCESSES = Math.min(4, availableParallelism());

/** Questions that are answered in about the time that a process takes to start. */
const STARTING = 40;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface HelperProcess {
  readonly child: ChildProcess;
  readonly waiting: Map<number, Waiting>;
  /** Whether it has answered anything yet. */
  ready: boolean;
}

/** Makes a helper of the bundled worker script, which is started with the argument `duckdb`; `onStart` is told of the first. */
export function createHelper(worker: string, onStart: () => void = () => undefined): DuckDBHelper {
  const open = new Set<HelperProcess>();
  let count = 0;
  /** The process that would answer soonest. */
  const next = (): HelperProcess => {
    const [best] = [...open].sort((a, b) => busy(a) - busy(b));
    if (best !== undefined && (busy(best) < 2 * STARTING || open.size === PROCESSES)) return best;
    const started = startProcess(worker, (ended) => open.delete(ended));
    open.add(started);
    if (best === undefined) onStart();
    return started;
  };
  return {
    ask: <Q extends HelperQuestion>(question: Q, signal?: AbortSignal) =>
      new Promise<HelperAnswers[Q['kind']]>((resolve, reject) => {
        const { child, waiting } = next();
        const id = (count += 1);
        const stop = (): void => void child.kill('SIGKILL');
        signal?.addEventListener('abort', stop);
        const done = <T>(settle: (value: T) => void) => (value: T): void => {
          signal?.removeEventListener('abort', stop);
          settle(value);
        };
        waiting.set(id, { resolve: done(resolve as (value: unknown) => void), reject: done(reject) });
        child.send({ id, ...question } satisfies HelperMessage);
      }),
    close: () => {
      for (const { child, waiting } of open) {
        waiting.clear();
        child.kill();
      }
      open.clear();
    },
  };
}

/** How many questions come before the next, about. */
function busy({ waiting, ready }: HelperProcess): number {
  return waiting.size + (ready ? 0 : STARTING);
}

function startProcess(worker: string, onEnd: (ended: HelperProcess) => void): HelperProcess {
  const child = fork(worker, ['duckdb'], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  const started: HelperProcess = { child, waiting: new Map(), ready: false };
  const { waiting } = started;
  const fail = (reason: string): void => {
    onEnd(started);
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  };
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.on('message', (reply: HelperReply) => {
    started.ready = true;
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.ok) asked?.resolve(reply.value);
    else asked?.reject(Object.assign(new Error(reply.error), reply.code === undefined ? {} : { code: reply.code }));
  });
  child.on('error', (error) => fail(`DuckDB's process could not be started: ${error.message}`));
  child.on('close', (code, signal) => fail(`DuckDB's process ended (${signal ?? code})${errors === '' ? '' : `: ${errors.trim()}`}`));
  return started;
}
