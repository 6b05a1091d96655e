import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nodeFiles } from '../store/files.ts';

/** GNU's OpenMP runtime, by the name under which libraries ask for it. */
export const OPENMP = 'libgomp.so.1';

/** Folders that the loader looks into beside those of its cache. */
const FOLDERS = ['/lib64', '/usr/lib64', '/lib', '/usr/lib'];

/** Whether the system's loader finds GNU's OpenMP runtime: many containers have none. */
export function systemHasOpenMp(): boolean {
  if ([...(process.env['LD_LIBRARY_PATH'] ?? '').split(':'), ...FOLDERS].some((folder) => folder !== '' && existsSync(join(folder, OPENMP)))) return true;
  try {
    return readFileSync('/etc/ld.so.cache').includes(`${OPENMP}\0`);
  } catch {
    return false;
  }
}

/** Where the copy for a library lies: beside it. */
export function openMpBeside(library: string): string {
  return join(dirname(library), OPENMP);
}

/**
 * Puts a copy of the OpenMP runtime that a wheel brings beside a library of another wheel. Wheels rename what they bring,
 * in the file too (`libgomp-e985bcbb.so.1.0.0`), and the loader goes by that name: the copy gets the usual one back.
 * `library` is the other wheel's library; its runtime lies in `….libs`, as auditwheel has it.
 */
export async function borrowOpenMp(from: string, library: string): Promise<void> {
  const wheel = dirname(dirname(dirname(from)));
  for (const folder of await readdir(wheel)) {
    if (!folder.endsWith('.libs')) continue;
    const file = (await readdir(join(wheel, folder))).find((name) => /^libgomp\b.*\.so/.test(name));
    if (file === undefined) continue;
    const place = openMpBeside(library);
    const temporary = `${place}.${process.pid}`;
    await writeFile(temporary, renamed(await readFile(join(wheel, folder, file)), file), { mode: 0o755 });
    // A loss of power leaves the whole, or nothing.
    await nodeFiles.sync(temporary);
    await rename(temporary, place);
    return;
  }
}

/** The bytes of a library with another name in them: names end with a zero byte, and this one is no longer. */
function renamed(bytes: Buffer, name: string): Buffer {
  const at = bytes.indexOf(`${name}\0`);
  if (at < 0 || name.length < OPENMP.length) return bytes;
  bytes.fill(0, at, at + name.length);
  bytes.write(OPENMP, at, 'latin1');
  return bytes;
}
