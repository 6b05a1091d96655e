import type { Session, SessionOptions } from '../session/session.ts';
import type { CommandContext } from './command.ts';
import { toFailure } from './to-failure.ts';
import { readFlags } from './flags.ts';
import { describeFlags, parseArguments } from './program.ts';
import { printFailure } from './print-diagnostics.ts';
import type { Terminal } from './terminal.ts';

/** What the command line needs of the process that it runs in. */
export interface Surroundings {
  readonly cwd: string;
  readonly terminal: Terminal;
  readonly openSession: (options: SessionOptions) => Promise<Session>;
  readonly onInterrupt: CommandContext['onInterrupt'];
}

/** Runs one command line and returns its exit code. Nothing is thrown: whatever goes wrong is printed here. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  try {
    const invocation = parseArguments(argv, terminal);
    if (invocation === undefined) return 0;
    const flags = readFlags(invocation.globals, surroundings.cwd);
    const run = await invocation.spec.load();
    const context: CommandContext = {
      flags,
      terminal,
      onInterrupt: surroundings.onInterrupt,
      describeFlags,
      withSession: async (action, options) => {
        const session = await surroundings.openSession({ ...flags.session, ...options });
        try {
          return await action(session);
        } finally {
          await session.close();
        }
      },
    };
    return await run(context, invocation.given);
  } catch (error) {
    const failure = toFailure(error);
    printFailure(failure, terminal, argv.includes('--json'));
    if (argv.includes('--debug')) terminal.printError(stackOf(error));
    return failure.exitCode;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
