import { Worker } from 'node:worker_threads';
import type { NetworkDescription } from '../description.ts';
import type { OpenNetwork } from '../engine.ts';
import { batchOf, CLOSED, CONTROL, putFailure, putGradient, type SharedSlice } from './shared-slice.ts';

/** What a thread is given that serves a slice. */
export interface ReplicaTask {
  readonly slice: SharedSlice;
  readonly description: NetworkDescription;
  /** Where the engines of the step lie, by their names. */
  readonly engines: Readonly<Record<string, string>>;
}

/** Starts a thread that runs `program`, which is to hand its task to `serveReplica`. */
export function startReplica(task: ReplicaTask, program: string): void {
  const worker = new Worker(program, { workerData: task });
  worker.once('error', (error) => putFailure(task.slice, error));
  worker.unref();
}

/** Serves a slice until it is closed: waits for a batch, and computes what it teaches. `open` loads the engine. */
export async function serveReplica({ slice, description, engines }: ReplicaTask, open: (engines: ReplicaTask['engines']) => Promise<OpenNetwork>): Promise<void> {
  const { control } = slice;
  Atomics.store(control, CONTROL.running, 1);
  Atomics.notify(control, CONTROL.running);
  const engine = await open(engines).then((make) => make(description)).catch((error: unknown) => void putFailure(slice, error));
  for (let done = 0; ; ) {
    Atomics.wait(control, CONTROL.given, done);
    if (Atomics.load(control, CONTROL.given) === CLOSED) break;
    try {
      if (engine !== undefined) putGradient(slice, engine.differentiate(batchOf(slice, description)));
    } catch (error) {
      putFailure(slice, error);
    }
    done++;
    Atomics.store(control, CONTROL.done, done);
    Atomics.notify(control, CONTROL.done);
  }
  engine?.close();
}
