import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import type { Entry } from 'yauzl';
import { withoutSymbols } from './without-symbols.ts';

/** A file as it was unpacked. */
export interface UnpackedFile {
  /** Path within the folder, with `/`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** An archive that is damaged, or that tries to do more than lay files into a folder. */
export class BadWheelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadWheelError';
  }
}

/** More than any engine has: an archive that claims so much is not one. */
const LARGEST = 4 * 2 ** 30;

const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;

/** What of a wheel is unpacked. */
export interface Unpacking {
  /** Whether a file is. */
  readonly keeps: (name: string) => boolean;
  /** Whether shared libraries leave behind what only debuggers read. */
  readonly withoutSymbols?: boolean;
}

/**
 * Unpacks the files of a wheel (a zip archive) that are kept into a folder, which must be empty. Nothing is
 * written outside of it: paths that are absolute, go up, or name a file twice are refused, links and devices too.
 * Throws a BadWheelError for a bad archive.
 */
export async function unpackWheel(wheel: string, folder: string, { keeps, withoutSymbols: cuts = false }: Unpacking): Promise<UnpackedFile[]> {
  const { openPromise } = (await import('yauzl')).default;
  try {
    // yauzl refuses names with `..`, `\`, a drive or a leading `/`, and data of another size than announced.
    const archive = await openPromise(wheel);
    const names = new Set<string>();
    const unpacked: UnpackedFile[] = [];
    let total = 0;
    for await (const entry of archive.eachEntry()) {
      checkEntry(entry, names);
      if (entry.fileName.endsWith('/') || !keeps(entry.fileName)) continue;
      total += entry.uncompressedSize;
      if (total > LARGEST) throw new BadWheelError('it would take more than 4 GiB');
      const path = join(folder, ...entry.fileName.split('/'));
      unpacked.push(await writeEntry(entry, await archive.openReadStreamPromise(entry), { path, cuts }));
    }
    return unpacked;
  } catch (error) {
    throw isSystemError(error) ? error : new BadWheelError(error instanceof Error ? error.message : String(error));
  }
}

function checkEntry(entry: Entry, names: Set<string>): void {
  // Some file systems have one file for names that differ in case only.
  const name = entry.fileName.normalize('NFC').toLowerCase();
  if (names.has(name)) throw new BadWheelError(`it has ${entry.fileName} twice`);
  names.add(name);
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE;
  // Archives made on other systems give no type; a folder's name ends with a slash.
  if (type !== 0 && type !== REGULAR && !entry.fileName.endsWith('/')) {
    throw new BadWheelError(`${entry.fileName} is not a plain file`);
  }
}

async function writeEntry(entry: Entry, stream: Readable, { path, cuts }: { readonly path: string; readonly cuts: boolean }): Promise<UnpackedFile> {
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  let [checksum, size] = [0, 0];
  const read = watching((chunk) => (checksum = crc32(chunk, checksum)));
  const written = watching((chunk) => {
    hash.update(chunk);
    size += chunk.length;
  });
  await pipeline([stream, read, ...(cuts ? [withoutSymbols()] : []), written, createWriteStream(path, { flags: 'wx' })]);
  if (checksum !== entry.crc32) throw new BadWheelError(`the checksum of ${entry.fileName} is wrong`);
  return { name: entry.fileName, size, sha256: hash.digest('hex') };
}

/** Passes chunks on that were looked at. */
function watching(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk);
      done(null, chunk);
    },
  });
}

/** Failures of disk and file system, in contrast to those of reading the archive (zlib's codes begin with `Z_`). */
function isSystemError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code);
}
