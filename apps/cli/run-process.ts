import { openTerminal } from './terminal.ts';
import { runCommandLine } from './run-command-line.ts';
import { EXIT } from './exit-codes.ts';

/** Runs a command line in this process and ends it with the command's exit code. */
export async function runProcess(argv: readonly string[]): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read the output has had enough, as in `mlp show … | head`.
      if (error.code === 'EPIPE') process.exit(EXIT.done);
      throw error;
    });
  }
  const code = await runCommandLine(argv, {
    cwd: process.cwd(),
    terminal: await openTerminal(),
    openSession: async (options) => (await import('../session/open-session.ts')).openSession(options),
    onInterrupt,
  });
  // Written output may still be on its way into a pipe.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((flushed) => stream.write('', flushed))));
  process.exit(code);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal asks the handler to stop, the second ends the program at once. */
function onInterrupt(handler: () => void): () => void {
  let asked = false;
  const hear = (): void => {
    if (asked) process.exit(EXIT.cancelled);
    asked = true;
    handler();
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of SIGNALS) process.off(signal, hear);
  };
}
