import type { PastRun } from '../../runtime/store/past-run.ts';
import { failure } from './failure.ts';

/** The fewest characters of a short name: two of a day's runs seldom share them. */
const SHORTEST = 4;

/** Short names of runs, by their whole ones: the beginning of each one's own part, as long as it takes to be unique. */
export function shortNames(runs: readonly PastRun[]): ReadonlyMap<string, string> {
  const own = runs.map(({ run }) => ownPart(run));
  return new Map(
    runs.map(({ run }) => {
      const part = ownPart(run);
      let length = SHORTEST;
      while (length < part.length && own.filter((other) => other.startsWith(part.slice(0, length))).length > 1) length += 1;
      return [run, part.slice(0, length)];
    }),
  );
}

/** What of a run's name is neither date nor time: eight hexadecimal digits. */
function ownPart(run: string): string {
  return run.slice(run.lastIndexOf('-') + 1);
}

/** The run that a text names: `latest`, `latest~2`, a label (its last run), or the beginning of a short or a whole name. Ends the command if none is. */
export function findRun(runs: readonly PastRun[], text: string): PastRun {
  const short = shortNames(runs);
  const relative = /^latest(?:~(\d{1,9}))?$/i.exec(text);
  const labelled = runs.filter(({ label }) => label === text).at(-1);
  if (labelled !== undefined) return labelled;
  const found = relative !== null
    ? runs.slice(0, Math.max(0, runs.length - Number(relative[1] ?? 0))).slice(-1)
    : runs.filter(({ run }) => text.length > 0 && (ownPart(run).startsWith(text.toLowerCase()) || run.startsWith(text.toUpperCase()) || run === text));
  const [first, second] = found;
  if (first === undefined) throw failure('unknown-run', { run: text, runs: runs.length, known: runs.slice(-4).map(({ run }) => short.get(run) ?? run) });
  if (second !== undefined) throw failure('ambiguous-run', { run: text, known: found.map(({ run }) => short.get(run) ?? run) });
  return first;
}
