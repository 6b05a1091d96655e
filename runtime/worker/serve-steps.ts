import { nodeFiles, type Files } from '../store/files.ts';
import type { Job, WorkerMessage } from './job.ts';
import { runJob, type RunnableKinds, type WorkerMemory } from './run-job.ts';
import { watchParent } from './watchdog.ts';

/**
 * Makes this child process a worker: it runs the steps that its parent sends, one at a time, until the parent goes.
 * `files` stands in for the file system in tests.
 */
export function serveSteps(kinds: RunnableKinds, files: Files = nodeFiles): void {
  watchParent();
  // Ctrl-C on a terminal reaches every process; whether to stop is the parent's to say.
  process.on('SIGINT', () => undefined);
  const memory: WorkerMemory = { files, verified: new Map() };
  process.on('message', (job: Job) => {
    void runJob(kinds, job, memory, (progress) => send({ type: 'progress', progress })).then(send);
  });
}

function send(message: WorkerMessage): void {
  // A parent that is gone needs no answer.
  process.send?.(message, undefined, undefined, () => undefined);
}
