import type { Progress } from '../../compiler/kinds/run.ts';

/** At most ten messages a second: more than a person sees, and little beside a round of training. */
const INTERVAL = 100;

/** Passes progress on when enough time has gone by, and the last of it when `flush` is called. */
export interface Throttle {
  readonly push: (progress: Progress) => void;
  readonly flush: () => void;
}

/** Thins out a stream of progress. No timer is used: native code may keep the event loop from turning. */
export function throttleProgress(send: (progress: Progress) => void, now: () => number = Date.now): Throttle {
  let sentAt = -Infinity;
  let held: Progress | undefined;
  return {
    push: (progress) => {
      if (now() - sentAt < INTERVAL) {
        held = progress;
        return;
      }
      held = undefined;
      sentAt = now();
      send(progress);
    },
    flush: () => {
      if (held !== undefined) send(held);
      held = undefined;
    },
  };
}
