import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a folder and those in it hold, in bytes; links are not followed, and what is not there or may not be read holds none. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    // What another program removes meanwhile is gone, and no error.
    if (entry.isDirectory()) bytes += await folderSize(path);
    else if (entry.isFile()) bytes += await lstat(path).then(({ size }) => size, () => 0);
  }
  return bytes;
}
