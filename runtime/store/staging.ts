import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { BlobRef } from '../../compiler/plan/artifact.ts';
import { digestFile, digestOf } from './digest.ts';
import { errorCode, NO_LINKS, type Files } from './files.ts';
import { explained } from './store-error.ts';

/** How a step's process leaves blobs in a run's staging folder, each under its digest. */
export interface Staging {
  readonly folder: string;
  /** A path for a file to be made; it ends with `extension`. */
  readonly temporaryFile: (extension: string) => string;
  /** Takes a file made at such a path; the path is gone afterwards. */
  readonly putFile: (path: string) => Promise<BlobRef>;
  readonly putBytes: (bytes: Uint8Array) => Promise<BlobRef>;
}

/** Opens a staging folder for one job; temporary names carry a token of it, so that many can work in one folder. */
export function openStaging(folder: string, files: Files): Staging {
  const token = randomBytes(6).toString('hex');
  let count = 0;
  const temporaryFile = (extension: string): string => {
    count += 1;
    return join(folder, `new-${token}-${count}${extension}`);
  };
  const keep = async (path: string, blob: BlobRef): Promise<BlobRef> => {
    // The file becomes an object of the store by a link: nobody may write to it any more.
    await files.protect(path);
    await settle(files, path, join(folder, blob.digest));
    return blob;
  };
  return {
    folder,
    temporaryFile,
    putFile: (path) => explained(async () => keep(path, await digestFile(files, path))),
    putBytes: (bytes) =>
      explained(async () => {
        const path = temporaryFile('');
        await files.write(path, bytes);
        return keep(path, { digest: digestOf(bytes), bytes: bytes.length });
      }),
  };
}

/**
 * Gives a staged file its name. The first of a content stays: another step may make the same one while the first is
 * being synced and linked into the store, and a file replaced in between would come there unsynced, or not at all.
 */
async function settle(files: Files, path: string, name: string): Promise<void> {
  try {
    await files.link(path, name);
  } catch (error) {
    const code = errorCode(error) ?? '';
    // Without links the store takes a copy, and syncs that.
    if (NO_LINKS.has(code)) return files.rename(path, name);
    if (code !== 'EEXIST') throw error;
  }
  await files.remove(path);
}
