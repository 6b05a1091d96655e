/** What a machine gives to a run. */
export interface Capacity {
  /** Steps at a time. */
  readonly jobs: number;
  readonly threads: number;
  /** Bytes. */
  readonly memory: number;
}

/** What a step gets of it. */
export interface Share {
  readonly threads: number;
  /** Bytes. */
  readonly memory: number;
}

/** A step that could start now. */
export interface Candidate {
  readonly name: string;
  /** The most threads that it can make use of. */
  readonly maxThreads: number;
  /** How long it is expected to take, in seconds. */
  readonly seconds: number;
  /** How long the run takes from its start on, at least, in seconds. */
  readonly urgency: number;
}

/**
 * Threads for each of the steps that run side by side, about: with an even share for every candidate, the longest would
 * be left alone on one thread in the end.
 */
const THREADS_PER_LANE = 4;

/** Steps shorter than this, in seconds, share evenly: running side by side gains more than many threads for each. */
const SHORT = 0.5;

/**
 * So do steps of which each thread has this many to do, by all that waits: none is left alone for long in the end, and a
 * trainer makes better use of one thread than of several.
 */
const MANY = 2;

/**
 * Chooses the steps to start, the most urgent first, and divides what is free among them: shares never exceed the
 * capacity together. Memory goes with threads.
 */
export function divide(
  capacity: Capacity,
  running: readonly Share[],
  candidates: readonly Candidate[],
): ReadonlyMap<string, Share> {
  const shares = new Map<string, Share>();
  let jobs = capacity.jobs - running.length;
  let threads = capacity.threads - running.reduce((sum, share) => sum + share.threads, 0);
  const side = Math.min(capacity.jobs, running.length + candidates.length);
  const lanes = Math.max(1, Math.min(side, Math.round(capacity.threads / THREADS_PER_LANE)));
  const wide = Math.floor(capacity.threads / lanes);
  const even = Math.floor(capacity.threads / side);
  const work = candidates.reduce((sum, { seconds }) => sum + seconds, 0);
  for (const candidate of candidates.toSorted((a, b) => b.urgency - a.urgency)) {
    const fair = candidate.seconds < SHORT || candidate.seconds * MANY * capacity.threads <= work ? Math.min(even, threads) : wide;
    const own = Math.max(1, Math.min(fair, candidate.maxThreads));
    // Less urgent ones that overtake it could keep it waiting for ever.
    if (jobs < 1 || own > threads) break;
    shares.set(candidate.name, { threads: own, memory: Math.floor((capacity.memory * own) / capacity.threads) });
    jobs -= 1;
    threads -= own;
  }
  return shares;
}
