import { StepError } from '../../../compiler/kinds/run.ts';
import type { RoundProgress } from '../segments.ts';
import type { TrainedModel, TrainRequest } from '../training.ts';

/** How the program of a worker is called. */
export const WORKER_ARGUMENT = 'trainer';

/** A worker's part of a training: its rows, and all the rest as every other worker has it. */
export interface WorkerTask {
  readonly engine: string;
  /** From 0. The first worker tells of rounds, keeps checkpoints, and hands the model over. */
  readonly rank: number;
  readonly workers: number;
  /** Its training rows are the worker's own, its validation rows those of all. */
  readonly request: Omit<TrainRequest, 'seed' | 'checkpoint' | 'onRound'>;
  /** The seed of each segment. */
  readonly seeds: readonly number[];
  /** Where training was left. */
  readonly saved: Uint8Array | undefined;
}

/** What a worker is told: its task, and then the places of all workers. */
export type ToWorker = { readonly type: 'task'; readonly task: WorkerTask } | { readonly type: 'meet'; readonly places: readonly string[] };

/** What a worker says: where it is to be found, how far training is, and how it ended. */
export type FromWorker =
  | { readonly type: 'place'; readonly place: string }
  | { readonly type: 'round'; readonly progress: RoundProgress }
  | { readonly type: 'checkpoint'; readonly bytes: Uint8Array }
  | { readonly type: 'trained'; readonly model: TrainedModel }
  | { readonly type: 'failed'; readonly message: string; readonly hint?: string | undefined; readonly isPassing: boolean };

/** A failure of the moment: another try may go well. */
export class PassingError extends StepError {}

/** How an engine shares a training among processes. */
export interface SharingEngine {
  /** Where this worker is to be found by the others, as it says to them. */
  readonly place: (task: WorkerTask) => Promise<string>;
  /** Joins the others, trains with them, and leaves them. */
  readonly train: (task: WorkerTask, places: readonly string[], hooks: Pick<TrainRequest, 'seed' | 'checkpoint' | 'onRound'>) => Promise<TrainedModel>;
}
