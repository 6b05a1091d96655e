import { createHash, hash } from 'node:crypto';
import type { BlobRef, Digest } from '../../compiler/plan/artifact.ts';
import type { Files } from './files.ts';

/** SHA-256 of bytes, or of a text in UTF-8. */
export function digestOf(content: Uint8Array | string): Digest {
  return hash('sha256', content);
}

/** SHA-256 and length of a file, read as a stream. */
export async function digestFile(files: Files, path: string): Promise<BlobRef> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of files.chunks(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { digest: hash.digest('hex'), bytes };
}
