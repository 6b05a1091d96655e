import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The name of a project's lock. */
export const LOCK_FILE = 'mlp.lock';

/** The nearest folder upwards with `mlp.lock` or `package.json`; the folder itself where there is none. */
export function findProject(folder: string): string {
  const start = resolve(folder);
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, LOCK_FILE)) || existsSync(join(at, 'package.json'))) return at;
    if (dirname(at) === at) return start;
  }
}
