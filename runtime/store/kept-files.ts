import { join } from 'node:path';
import type { KeptBytes } from '../../compiler/kinds/run.ts';
import { errorCode, unlessRefused, type FileFacts, type Files } from './files.ts';
import { sealed, unsealed } from './sealed.ts';

/** How much a folder keeps; what was used last stays. */
export interface KeptLimits {
  readonly files?: number;
  /** Of all files together; one that takes more than half of it is not kept. */
  readonly bytes?: number;
}

/**
 * Opens contents that save work, one file each in a folder that can be deleted at any time. What is not whole is not
 * there, and a folder that cannot be read or written is no failure: the work is done again.
 */
export function openKeptFiles(folder: string, files: Files, limits: KeptLimits): KeptBytes<Buffer> {
  const room = (limits.bytes ?? Infinity) / 2;
  return {
    room,
    find: (name) => {
      const path = join(folder, name);
      const bytes = unlessRefused(() => files.readNow(path));
      const content = bytes === undefined ? undefined : unsealed(bytes);
      if (content !== undefined) unlessRefused(() => files.touchNow(path));
      return content;
    },
    save: async (name, content) => {
      if (content.length > room) return;
      const temporary = join(folder, `${name}.${process.pid}`);
      try {
        await files.makeFolder(folder);
        await files.write(temporary, sealed(content));
        await files.rename(temporary, join(folder, name));
        for (const path of surplus(folder, files, limits)) await files.remove(path);
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
        await files.remove(temporary).catch(() => undefined);
      }
    },
  };
}

/** What no longer fits beside that which was used after it; what a process that was killed left half-written is among it some day. */
function surplus(folder: string, files: Files, limits: KeptLimits): string[] {
  const known = files.listNow(folder).flatMap((name): (FileFacts & { readonly path: string })[] => {
    const path = join(folder, name);
    const facts = files.factsNow(path);
    return facts === undefined ? [] : [{ ...facts, path }];
  });
  let bytes = 0;
  return known
    .sort((a, b) => (a.modified < b.modified ? 1 : -1))
    .filter((file, index) => {
      bytes += file.bytes;
      return index >= (limits.files ?? Infinity) || bytes > (limits.bytes ?? Infinity);
    })
    .map(({ path }) => path);
}
