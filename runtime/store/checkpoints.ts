import { join } from 'node:path';
import type { Checkpoints } from '../../compiler/kinds/run.ts';
import type { Digest } from '../../compiler/plan/artifact.ts';
import { errorCode, type Files } from './files.ts';
import { sealed, unsealed } from './sealed.ts';
import { ownedName, ownerOf, ownerState, thisOwner } from './owner.ts';
import { explained } from './store-error.ts';

/** The checkpoint of a key: where a step that was killed goes on. A damaged one counts as none. */
export interface KeyCheckpoints extends Checkpoints {
  readonly remove: () => Promise<void>;
}

/** Opens the checkpoint of a key in the project's cache folder. */
export function openCheckpoints(cache: string, files: Files, key: Digest): KeyCheckpoints {
  const folder = join(cache, 'checkpoints');
  const path = join(folder, key);
  let temporary: string | undefined;
  return {
    load: () =>
      explained(async () => {
        const content = files.readNow(path);
        return content === undefined ? undefined : unsealed(content);
      }),
    save: (bytes) =>
      explained(async () => {
        await files.makeFolder(folder);
        temporary ??= join(folder, ownedName(key, thisOwner()));
        await files.write(temporary, sealed(bytes));
        // Else a loss of power could take the one before, and leave nothing whole under its name.
        await files.sync(temporary);
        await files.rename(temporary, path);
      }),
    remove: () => explained(() => files.remove(path)),
  };
}

/**
 * Removes what processes that were killed have left: checkpoints half-written, and those of steps that are done. What
 * cannot be removed now is there for the next run.
 */
export async function tidyCheckpoints(cache: string, files: Files, isDone: (key: Digest) => boolean): Promise<void> {
  const folder = join(cache, 'checkpoints');
  try {
    for (const name of files.listNow(folder)) {
      const owner = ownerOf(name);
      if (owner === undefined ? isDone(name) : ownerState(owner) === 'dead') await files.remove(join(folder, name));
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}
