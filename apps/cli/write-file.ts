import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { failure } from './failure.ts';

/**
 * Makes a file whole or not at all: `write` makes it under another name beside it, with the same extension, which is then
 * renamed. A file that is replaced hands its permissions on. `shown` is the path as the user wrote it.
 */
export async function replaceFile(named: string, shown: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const mode = await checkTarget(named, shown);
  // What a link points to is replaced, not the link.
  const path = mode === undefined ? named : await realpath(named);
  const temporary = join(dirname(path), `.${basename(path).slice(0, 60)}.${randomBytes(6).toString('hex')}${extname(path)}`);
  try {
    await write(temporary);
    if (mode !== undefined) await chmod(temporary, mode);
    await sync(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true, recursive: true });
    throw isDenied(error) ? failure('output-denied', { file: shown }) : error;
  }
}

/** Makes a folder if it is not there, and writes files into it, each whole or not at all. `shown` is the path as the user wrote it. */
export async function writeFolder(folder: string, shown: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const found = await statOf(folder);
  if (found !== undefined && !found.isDirectory()) throw failure('output-is-file', { file: shown });
  if (found === undefined && (await statOf(dirname(folder)))?.isDirectory() !== true) throw failure('output-folder', { folder: dirname(shown) });
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw isDenied(error) ? failure('output-denied', { file: shown }) : error;
  }
  for (const [name, bytes] of Object.entries(files)) await replaceFile(join(folder, name), join(shown, name), (temporary) => writeFile(temporary, bytes));
}

/** The size of a file in bytes. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

/** The permissions of the file that is there, if one is. */
async function checkTarget(path: string, shown: string): Promise<number | undefined> {
  const found = await statOf(path);
  if (found?.isDirectory() === true) throw failure('output-is-folder', { file: shown });
  const folder = await statOf(dirname(path));
  if (folder?.isDirectory() !== true) throw failure('output-folder', { folder: dirname(shown) });
  return found === undefined ? undefined : found.mode & 0o7777;
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS');
}
