import { openTerminal } from './terminal.ts';
import { runCommandLine } from './run-command-line.ts';
import type { CommandContext, Interruption } from './command.ts';
import { EXIT } from './exit-codes.ts';

/** Runs a command line in this process and ends it with the command's exit code. */
export async function runProcess(argv: readonly string[]): Promise<never> {
  const interrupts = openInterrupts();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the output has had enough, as in `mlp show … | head`: what is asked for is still done, or left undone with its code.
    if (error.code === 'EPIPE') interrupts.stopReading();
    else throw error;
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const code = await runCommandLine(argv, {
    cwd: process.cwd(),
    terminal: await openTerminal(),
    openSession: async (options) => (await import('../session/open-session.ts')).openSession(options),
    onInterrupt: interrupts.onInterrupt,
  });
  // Written output may still be on its way into a pipe.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((flushed) => stream.write('', flushed))));
  process.exit(code);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Interrupts {
  readonly onInterrupt: CommandContext['onInterrupt'];
  /** Tells handlers, those to come too, that nobody reads standard output any more. */
  readonly stopReading: () => void;
}

/** The first signal asks handlers to stop, the second ends the program at once. */
function openInterrupts(): Interrupts {
  const handlers = new Set<(why: Interruption) => void>();
  let isRead = true;
  return {
    onInterrupt: (handler) => {
      let asked = false;
      const hear = (): void => {
        if (asked) process.exit(EXIT.cancelled);
        asked = true;
        handler('signal');
      };
      for (const signal of SIGNALS) process.on(signal, hear);
      handlers.add(handler);
      if (!isRead) handler('unread');
      return () => {
        handlers.delete(handler);
        for (const signal of SIGNALS) process.off(signal, hear);
      };
    },
    stopReading: () => {
      if (isRead) for (const handler of handlers) handler('unread');
      isRead = false;
    },
  };
}
