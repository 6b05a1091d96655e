/** How a process ended that should not have. */
export interface Crash {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote. */
  readonly output: string;
}

/** A crash in words: "its process …", the way out, and what the process said last. */
export interface CrashWords {
  readonly reason: string;
  readonly hint: string | undefined;
  readonly lastWords: readonly string[];
}

const LAST_LINES = 5;
const LINE_LENGTH = 200;

const MORE_MEMORY = 'run fewer steps at a time with `--jobs 1`, set `--memory` below what the machine has, or use fewer rows';

/** Says what a crash most likely was. */
export function describeCrash(crash: Crash): CrashWords {
  return { ...reasonOf(crash), lastWords: lastWordsOf(crash.output) };
}

function reasonOf({ code, signal, output }: Crash): Omit<CrashWords, 'lastWords'> {
  if (/JavaScript heap out of memory|Fatal process (?:OOM|out of memory)|std::bad_alloc|Cannot allocate memory/.test(output)) {
    return { reason: 'ran out of memory', hint: MORE_MEMORY };
  }
  switch (signal) {
    case 'SIGKILL':
      return { reason: 'was killed (SIGKILL): most often the system ran out of memory', hint: MORE_MEMORY };
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGABRT':
    case 'SIGILL':
    case 'SIGFPE':
    case 'SIGTRAP':
      return {
        reason: `crashed in native code (${signal})`,
        hint: 'run `mlp apply` again; if it happens again, `mlp doctor` says what the engines are',
      };
    case null:
      return { reason: `ended with exit code ${code ?? 'unknown'} before the step was done`, hint: undefined };
    default:
      return { reason: `was ended from outside (${signal})`, hint: undefined };
  }
}

/** The last lines that say something: frames of a stack, its heading and lines without a letter or a digit do not. */
function lastWordsOf(output: string): string[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /[\p{L}\p{N}]/u.test(line) && !/^at |^\d+: 0x|^-+ .* stack trace -+$/.test(line))
    .slice(-LAST_LINES)
    .map((line) => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line));
}
