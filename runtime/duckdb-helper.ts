import { fork, type ChildProcess } from 'node:child_process';
import type { HelperAnswers, HelperMessage, HelperQuestion, HelperReply } from './engines/duckdb/serve-helper.ts';

/** A process of its own in which DuckDB is loaded, started at the first question. */
export interface DuckDBHelper {
  /** Asks a question; a signal ends the process in the middle of it, as an error. The next question starts another. */
  readonly ask: <Q extends HelperQuestion>(question: Q, signal?: AbortSignal) => Promise<HelperAnswers[Q['kind']]>;
  /** Ends the process, if one was started. */
  readonly close: () => void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Makes a helper of the bundled worker script, which is started with the argument `duckdb`; `onStart` is told of it. */
export function createHelper(worker: string, onStart: () => void = () => undefined): DuckDBHelper {
  const waiting = new Map<number, Waiting>();
  let child: ChildProcess | undefined;
  let count = 0;
  const fail = (reason: string) => {
    child = undefined;
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  };
  const start = () => {
    const started = fork(worker, ['duckdb'], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    let errors = '';
    started.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
    started.on('message', (reply: HelperReply) => {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.ok) asked?.resolve(reply.value);
      else asked?.reject(Object.assign(new Error(reply.error), reply.code === undefined ? {} : { code: reply.code }));
    });
    started.on('error', (error) => fail(`DuckDB's process could not be started: ${error.message}`));
    started.on('close', (code, signal) => {
      if (child === started)
        fail(`DuckDB's process ended (${signal ?? code})${errors === '' ? '' : `: ${errors.trim()}`}`);
    });
    return started;
  };
  return {
    ask: <Q extends HelperQuestion>(question: Q, signal?: AbortSignal) =>
      new Promise<HelperAnswers[Q['kind']]>((resolve, reject) => {
        if (child === undefined) {
          child = start();
          onStart();
        }
        const id = (count += 1);
        const asked = child;
        const stop = (): void => void asked.kill('SIGKILL');
        signal?.addEventListener('abort', stop);
        const done = <T>(settle: (value: T) => void) => (value: T): void => {
          signal?.removeEventListener('abort', stop);
          settle(value);
        };
        waiting.set(id, { resolve: done(resolve as (value: unknown) => void), reject: done(reject) });
        child.send({ id, ...question } satisfies HelperMessage);
      }),
    close: () => {
      const open = child;
      child = undefined;
      open?.kill();
    },
  };
}
