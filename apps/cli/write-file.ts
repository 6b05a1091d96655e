import { randomBytes } from 'node:crypto';
import { rmSync, type Stats } from 'node:fs';
import { chmod, mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { diagnose } from '../../grammar/index.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { Failure, failure } from './failure.ts';

/** The file or folder to be made. */
export interface Target {
  readonly path: string;
  /** The path as the user wrote it. */
  readonly shown: string;
  readonly onInterrupt: CommandContext['onInterrupt'];
}

/**
 * Makes a file whole or not at all: `write` makes it under another name beside it, with the same extension, which is then
 * renamed. A file that is replaced hands its permissions on. At Ctrl-C the signal is aborted, and nothing is left behind,
 * also where `write` does not listen to it; a file is wanted where nobody reads what is said of it, too.
 */
export async function replaceFile({ path: named, shown, onInterrupt }: Target, write: (temporary: string, signal: AbortSignal) => Promise<void>): Promise<void> {
  const mode = await checkTarget(named, shown);
  // What a link points to is replaced, not the link.
  const path = mode === undefined ? named : await realpath(named);
  const temporary = join(dirname(path), `.${basename(path).slice(0, 60)}.${randomBytes(6).toString('hex')}${extname(path)}`);
  const controller = new AbortController();
  const { signal } = controller;
  const release = onInterrupt((why) => {
    if (why === 'signal') controller.abort();
  });
  // A second Ctrl-C ends the program at once.
  const clean = (): void => rmSync(temporary, { force: true, recursive: true });
  process.on('exit', clean);
  try {
    await write(temporary, signal);
    if (signal.aborted) throw cancelled();
    if (mode !== undefined) await chmod(temporary, mode);
    await sync(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true, recursive: true });
    if (signal.aborted) throw cancelled();
    throw isDenied(error) ? failure('output-denied', { file: shown }) : error;
  } finally {
    process.off('exit', clean);
    release();
  }
}

/** What a command that was to write a file says when it was stopped. */
export function cancelled(): Failure {
  return new Failure([diagnose('output-cancelled', undefined, {})], { exitCode: EXIT.cancelled });
}

/** Makes a folder if it is not there, and writes files into it, each whole or not at all. A folder that could not be filled is not left. */
export async function writeFolder({ path: folder, shown, onInterrupt }: Target, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const found = await statOf(folder);
  if (found !== undefined && !found.isDirectory()) throw failure('output-is-file', { file: shown });
  if (found === undefined && (await statOf(dirname(folder)))?.isDirectory() !== true) throw failure('output-folder', { folder: dirname(shown) });
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw isDenied(error) ? failure('output-denied', { file: shown }) : error;
  }
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await replaceFile({ path: join(folder, name), shown: join(shown, name), onInterrupt }, (temporary) => writeFile(temporary, bytes));
    }
  } catch (error) {
    if (found === undefined) await rm(folder, { force: true, recursive: true });
    throw error;
  }
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
