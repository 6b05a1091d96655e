import { execFile } from 'node:child_process';

/** A Python that is installed. */
export interface Python {
  /** The program's path. */
  readonly program: string;
  /** As in `3.11`, with `t` after it where it is built without its global lock: wheels are made for one or the other. */
  readonly version: string;
}

/** The first Python of one of these versions, and which others were met before it. */
export interface FoundPython {
  readonly python?: Python;
  readonly met: readonly Python[];
}

/** Finds a Python of one of some versions: that which MLP_PYTHON names, or one on the PATH. */
export type FindPython = (versions: readonly string[]) => Promise<FoundPython>;

// Windows has no `sys.abiflags` before 3.14.
const ASK = 'import sys, platform; print(platform.python_implementation(), "%d.%d%s" % (*sys.version_info[:2], "t" if "t" in getattr(sys, "abiflags", "") else ""), sys.executable)';

/** Milliseconds in which a Python says who it is. */
const PATIENCE = 20_000;

/** Asks the Pythons of this machine for their versions, the usual one first. */
export const findPython: FindPython = async (versions) => {
  const named = process.env['MLP_PYTHON'];
  const commands = named !== undefined && named !== '' ? [named] : ['python3', 'python', ...versions.toReversed().map((version) => `python${version}`), ...(process.platform === 'win32' ? ['py'] : [])];
  const met: Python[] = [];
  for (const command of commands) {
    const python = await askPython(command);
    if (python === undefined) continue;
    if (versions.includes(python.version)) return { python, met };
    if (!met.some(({ version }) => version === python.version)) met.push(python);
  }
  return { met };
};

/** Who a Python is; `undefined` where there is none by this name, or where it is no CPython. */
function askPython(command: string): Promise<Python | undefined> {
  return new Promise((resolve) => {
    execFile(command, ['-I', '-c', ASK], { timeout: PATIENCE, encoding: 'utf8' }, (error, output) => {
      const [, version, program] = /^CPython (\S+) (.+?)\s*$/.exec(output) ?? [];
      resolve(error === null && version !== undefined && program !== undefined ? { version, program } : undefined);
    });
  });
}
