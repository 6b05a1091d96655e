import { StepError } from '../../../compiler/kinds/run.ts';
import type { TrainRequest } from '../training.ts';
import { PassingError, type FromWorker, type SharingEngine, type ToWorker, type WorkerTask } from './messages.ts';

/**
 * Makes this process a worker of a training: it hears its task and where the others are, trains, and says how that went.
 * It ends with its parent, or when it is told to. `load` loads an engine by its name.
 */
export function serveWorker(load: (engine: string) => Promise<SharingEngine>): void {
  let task: { readonly own: WorkerTask; readonly engine: SharingEngine } | undefined;
  const hear = async (message: ToWorker): Promise<void> => {
    if (message.type === 'task') {
      task = { own: message.task, engine: await load(message.task.engine) };
      return say({ type: 'place', place: await task.engine.place(task.own) });
    }
    if (task === undefined) throw new Error('a worker was told of others before its task');
    const model = await task.engine.train(task.own, message.places, hooksOf(task.own));
    if (task.own.rank === 0) say({ type: 'trained', model });
  };
  process.on('message', (message: ToWorker) => {
    hear(message).catch((error: unknown) => {
      const { message: reason, hint } = error instanceof StepError ? error : { message: error instanceof Error ? (error.stack ?? error.message) : String(error), hint: undefined };
      say({ type: 'failed', message: reason, hint, isPassing: error instanceof PassingError });
    });
  });
}

/** The first worker speaks for all: they see the same rounds. */
function hooksOf({ rank, seeds, saved }: WorkerTask): Pick<TrainRequest, 'seed' | 'checkpoint' | 'onRound'> {
  return {
    seed: (segment) => seeds[segment] ?? 0,
    checkpoint: {
      load: () => Promise.resolve(saved),
      save: async (bytes) => {
        if (rank === 0) say({ type: 'checkpoint', bytes });
      },
    },
    ...(rank === 0 ? { onRound: (progress) => say({ type: 'round', progress }) } : {}),
  };
}

function say(message: FromWorker): void {
  process.send?.(message, undefined, undefined, () => undefined);
}
