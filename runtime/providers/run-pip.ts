import { spawn } from 'node:child_process';

/** What became of a call of pip. */
export type PipOutcome =
  | { readonly kind: 'ran'; readonly exitCode: number; readonly output: string }
  | { readonly kind: 'no-python' }
  | { readonly kind: 'no-pip'; readonly python: string };

/** Runs `python -m pip` with these arguments. */
export type RunPip = (args: readonly string[], signal?: AbortSignal) => Promise<PipOutcome>;

/** The commands that start Python 3, in the order in which they are tried: `py` is the launcher on Windows. */
const PYTHONS = ['python3', 'python', ...(process.platform === 'win32' ? ['py'] : [])];

/** Runs pip with the first Python of the PATH that has it. Nothing is installed. */
export const runPip: RunPip = async (args, signal) => {
  let outcome: PipOutcome = { kind: 'no-python' };
  for (const python of PYTHONS) {
    const ran = await runCommand(python, ['-m', 'pip', ...args], signal);
    // Windows has a `python3` that only opens the store, with this exit code.
    if (ran === undefined || ran.exitCode === 9009) continue;
    if (!/No module named '?pip\b/.test(ran.output)) return { kind: 'ran', ...ran };
    if (outcome.kind === 'no-python') outcome = { kind: 'no-pip', python };
  }
  return outcome;
};

/** Exit code and output of a command, or `undefined` where there is no such command. */
function runCommand(
  command: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly exitCode: number; readonly output: string } | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    child.on('close', (code) => {
      resolve({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}
