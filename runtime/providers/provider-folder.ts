import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { nodeFiles } from '../store/files.ts';
import type { WheelEntry } from './lock.ts';
import type { UnpackedFile } from './unpack-wheel.ts';

/** What the marker in an unpacked engine's folder says: what was unpacked, from which wheel. */
interface Marker {
  readonly format: 1;
  readonly engine: string;
  readonly version: string;
  /** SHA-256 of the wheel. */
  readonly wheel: string;
  readonly files: readonly UnpackedFile[];
}

const MARKER = 'engine.json';

/** The folder of an engine within the cache. It has the wheel's digest in its name: another wheel is another folder. */
export function providerFolder(cacheFolder: string, entry: WheelEntry): string {
  const { engine, version, platform, python, sha256 } = entry;
  return join(cacheFolder, 'engines', `${engine}-${version}-${platform}-${python === undefined ? '' : `cp${python}-`}${sha256.slice(0, 16)}`);
}

/** Writes the marker that makes a folder complete. */
export async function writeMarker(folder: string, entry: WheelEntry, files: readonly UnpackedFile[]): Promise<void> {
  const { engine, version, sha256: wheel } = entry;
  const marker: Marker = { format: 1, engine, version, wheel, files };
  await writeFile(join(folder, MARKER), `${JSON.stringify(marker, undefined, 2)}\n`);
}

/**
 * Waits until the content of an unpacked engine is on the disk. A folder that has its name and its marker is taken at its
 * files' sizes: without this, a loss of power could leave files of the right size that hold nothing.
 */
export async function syncFolder(folder: string, files: readonly UnpackedFile[]): Promise<void> {
  const paths = [...files.map(({ name }) => join(folder, ...name.split('/'))), join(folder, MARKER)];
  const folders = new Set(paths.map((path) => dirname(path)));
  for (const path of [...paths, ...folders]) await nodeFiles.sync(path);
}

/**
 * Whether an engine's folder holds what was unpacked into it: every file in its size, with `digests` in every byte
 * (which takes a moment).
 */
export async function inspectFolder(
  folder: string,
  entry: WheelEntry,
  options: { readonly digests?: boolean } = {},
): Promise<'present' | 'absent' | 'damaged'> {
  if (!(await stat(folder).then((found) => found.isDirectory(), isMissing))) return 'absent';
  const marker = await readMarker(folder);
  if (marker?.wheel !== entry.sha256) return 'damaged';
  for (const file of marker.files) {
    const path = join(folder, ...file.name.split('/'));
    const size = await stat(path).then((found) => (found.isFile() ? found.size : -1), isMissing);
    if (size !== file.size) return 'damaged';
    if (options.digests === true && (await fileDigest(path)) !== file.sha256) return 'damaged';
  }
  return 'present';
}

/** SHA-256 of a file. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function readMarker(folder: string): Promise<Marker | undefined> {
  try {
    const marker = JSON.parse(await readFile(join(folder, MARKER), 'utf8')) as Partial<Marker> | null;
    return marker?.format === 1 && Array.isArray(marker.files) ? (marker as Marker) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    isMissing(error);
    return undefined;
  }
}

/** False for what does not exist; anything else that keeps a file from being read is thrown on. */
function isMissing(error: unknown): false {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return false;
  throw error;
}
