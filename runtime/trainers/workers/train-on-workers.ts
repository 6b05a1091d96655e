import { fork, type ChildProcess } from 'node:child_process';
import { StepError } from '../../../compiler/kinds/run.ts';
import { rowCount } from '../../data/matrix.ts';
import { orderedQueries } from '../../data/query-sizes.ts';
import type { TrainedModel, TrainRequest } from '../training.ts';
import { divideRows, everyRow, limitLevels } from './divide-rows.ts';
import { WORKER_ARGUMENT, type FromWorker, type ToWorker, type WorkerTask } from './messages.ts';

/** A training to be shared among processes. */
export interface SharedTraining {
  /** The engine, by its name in the lock. */
  readonly engine: string;
  /** 2 or more. */
  readonly workers: number;
  /** What a worker's process runs; it is to hand what it hears to `serveWorker` when it is called with `WORKER_ARGUMENT`. */
  readonly program: string;
}

/** Milliseconds after which a process that has been killed is known to have ended. */
const GRACE = 250;

/** How often training goes back to its last checkpoint because a process has gone. */
const MOST_RETURNS = 3;

/**
 * Data parallel training: each worker, a process of its own, has its share of the rows, and the engine joins what they find
 * out after every level of a tree. Validation rows are all at every worker, so that all see the same metrics. The threads are
 * divided among them.
 *
 * When a worker is gone, or could not join the others, training goes back to its last checkpoint, with new processes; the model
 * is the same. Throws a StepError for what the engine refuses, and when workers go again and again.
 */
export async function trainOnWorkers(request: TrainRequest, sharing: SharedTraining): Promise<TrainedModel> {
  checkRows(request, sharing);
  for (let returns = 0; ; returns++) {
    const outcome = await runWorkers(tasksOf(request, sharing, await request.checkpoint.load()), request, sharing.program);
    if (!('gone' in outcome)) return outcome;
    if (returns === MOST_RETURNS) throw new StepError(`a worker of the training ${outcome.gone}, ${MOST_RETURNS + 1} times`, 'the system may have run out of memory: take fewer `workers`, or run fewer steps at a time with `--jobs 1`');
  }
}

function checkRows({ train }: TrainRequest, { workers }: SharedTraining): void {
  const queries = orderedQueries(train.target)?.sizes.length;
  const count = queries ?? rowCount(train);
  if (count < workers) throw new StepError(`there are ${count} ${queries === undefined ? 'training rows' : 'queries in the training rows'} for ${workers} workers`, 'take fewer `workers`');
}

function tasksOf(request: TrainRequest, { engine, workers }: SharedTraining, saved: Uint8Array | undefined): WorkerTask[] {
  const { seed, checkpoint: _checkpoint, onRound: _onRound, ...shared } = request;
  const train = everyRow(request.train);
  const validate = request.validate && limitLevels(everyRow(request.validate), train);
  const seeds = Array.from({ length: Math.ceil(request.rounds / request.segment) }, (_, segment) => seed(segment));
  const threads = Math.max(1, Math.floor(request.threads / workers));
  return divideRows(train, workers).map((own, rank) => ({ engine, rank, workers, seeds, saved, request: { ...shared, train: own, threads, ...(validate === undefined ? {} : { validate }) } }));
}

/** The model, or what has become of a worker without which it is not made. */
type Outcome = TrainedModel | { readonly gone: string };

async function runWorkers(tasks: readonly WorkerTask[], request: TrainRequest, program: string): Promise<Outcome> {
  const children = tasks.map(() => fork(program, [WORKER_ARGUMENT], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  const places: string[] = [];
  let saving: Promise<void> = Promise.resolve();
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      const hear = (rank: number, message: FromWorker): void => {
        switch (message.type) {
          case 'place':
            places[rank] = message.place;
            if (Object.keys(places).length === tasks.length) for (const child of children) tell(child, { type: 'meet', places });
            return;
          case 'round':
            return request.onRound?.(message.progress);
          case 'checkpoint':
            saving = saving.then(() => request.checkpoint.save(message.bytes));
            saving.catch(reject);
            return;
          case 'trained':
            return resolve(message.model);
          case 'failed':
            if (message.isPassing) return resolve({ gone: `failed: ${message.message}` });
            // One that has lost another may say so before that one's end is known.
            setTimeout(() => reject(new StepError(message.message, message.hint)), GRACE);
            return;
        }
      };
      children.forEach((child, rank) => {
        child.on('message', (message: FromWorker) => hear(rank, message));
        child.once('error', (error) => reject(new StepError(`a worker of the training could not be started: ${error.message}`)));
        // What it said last is read first.
        child.once('close', (code, signal) => (signal === null ? reject(new StepError(`a worker of the training ended with exit code ${code}`)) : resolve({ gone: `was killed (${signal})` })));
        tell(child, { type: 'task', task: tasks[rank] as WorkerTask });
      });
    });
  } finally {
    await Promise.all(children.map(end));
    await saving.catch(() => undefined);
  }
}

/** Ends a process, and waits for its end. */
function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

function tell(child: ChildProcess, message: ToWorker): void {
  // One that has just died says so by its end.
  child.send(message, () => undefined);
}
