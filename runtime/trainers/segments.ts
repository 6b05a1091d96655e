import type { Checkpoints } from '../../compiler/kinds/run.ts';
import { decodeCheckpoint, encodeCheckpoint, type BestModel, type Curve, type TrainingState } from './checkpoint.ts';
import type { Evaluation } from './evaluation.ts';
import { followRounds, roundMetrics, type Stopping } from './rounds.ts';

/** How long boosting goes on, and who hears of it. */
export interface SegmentsRequest {
  readonly rounds: number;
  /** Rounds between checkpoints. Part of what the model is: see `trainInSegments`. */
  readonly segment: number;
  /** The seed of each segment, counted from 0: 31 bits. */
  readonly seed: (segment: number) => number;
  readonly checkpoint: Checkpoints;
  readonly onRound?: (progress: RoundProgress) => void;
}

/** How far training is, after a round. */
export interface RoundProgress {
  /** Rounds done, of the most there may be. */
  readonly round: number;
  readonly rounds: number;
  /** By the engine's name; on training rows with `train_` before it. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A booster that is being trained, and how the engine does what every booster must do. */
export interface BoostingSession {
  /** Names who writes the checkpoints. */
  readonly format: string;
  /** Begins a segment with what the last one left, `undefined` at the very start, and the segment's seed. */
  readonly start: (booster: Uint8Array | undefined, seed: number) => void;
  /** Trains the round, counted from 0. */
  readonly update: (round: number) => void;
  readonly evaluate: (round: number) => Evaluation;
  /** Rounds that the booster has. */
  readonly size: () => number;
  readonly serialize: () => Uint8Array;
  /** The metric of the part `validate` that ends training, and how. */
  readonly stopping?: Stopping;
}

/**
 * Trains boosted trees in segments: after each, killed or not, the booster is serialised, loaded again, and goes on with
 * the segment's own seed. So what a booster keeps beside its model (the state of its random numbers, cached predictions)
 * never outlives a segment, and a run that was killed and goes on from its checkpoint gives the same bytes as one that
 * was not. The state that is returned has no booster: the session has it.
 */
export async function trainInSegments(session: BoostingSession, request: SegmentsRequest): Promise<TrainingState> {
  const saved = await request.checkpoint.load();
  let state: TrainingState | undefined = saved && decodeCheckpoint(session.format, saved);
  for (;;) {
    const round: number = state?.round ?? 0;
    session.start(state?.booster, request.seed(Math.floor(round / request.segment)));
    const { end, stopped, best, curve } = runSegment(session, request, state);
    const done = stopped || end === request.rounds;
    state = { round: end, curve, booster: done ? new Uint8Array() : session.serialize(), ...(best === undefined ? {} : { best }) };
    if (done) return state;
    await request.checkpoint.save(encodeCheckpoint(session.format, state));
  }
}

interface SegmentEnd {
  readonly end: number;
  readonly stopped: boolean;
  readonly best: BestModel | undefined;
  readonly curve: Curve;
}

/** Trains to the segment's end, the last round, or where early stopping says; appends to the state's curve. */
function runSegment(session: BoostingSession, request: SegmentsRequest, state: TrainingState | undefined): SegmentEnd {
  const { rounds: most, segment } = request;
  const start = state?.round ?? 0;
  const last = Math.min(most, (Math.floor(start / segment) + 1) * segment);
  const rounds = followRounds(session.stopping, state);
  let stopped = false;
  for (let round = start; round < last && !stopped; round++) {
    session.update(round);
    const values = session.evaluate(round);
    stopped = rounds.push(values, session.size());
    request.onRound?.({ round: round + 1, rounds: most, metrics: roundMetrics(values) });
  }
  return { end: rounds.round(), stopped, best: rounds.best(), curve: rounds.curve };
}
