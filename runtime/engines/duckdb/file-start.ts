import { open } from 'node:fs/promises';
import type { JsonObject } from '../../../compiler/json.ts';

/** How a file is compressed, by the source's options or else by its name. */
export function compressionOf(path: string, options: JsonObject): 'gzip' | 'zstd' | undefined {
  const said = options['compression'];
  if (said === 'none') return undefined;
  if (said === 'gzip' || said === 'zstd') return said;
  return path.endsWith('.gz') ? 'gzip' : path.endsWith('.zst') ? 'zstd' : undefined;
}

/** Whether a file is compressed as a whole. */
export function isCompressed(path: string, options: JsonObject): boolean {
  return compressionOf(path, options) !== undefined;
}

/** The first bytes of a file. */
export async function readStart(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(buffer, 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
