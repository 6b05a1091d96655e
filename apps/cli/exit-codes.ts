/** The exit codes of the command line (cli.md). */
export const EXIT = {
  done: 0,
  /** The pipeline, the arguments or the project are wrong; nothing was run. */
  wrong: 1,
  /** `plan --exit-code`: there is something to do. */
  pending: 2,
  /** A step or a check failed; what does not depend on it is kept. */
  failed: 3,
  /** A saved plan no longer matches. */
  stale: 4,
  damaged: 5,
  cancelled: 130,
} as const;
