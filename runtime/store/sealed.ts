import { digestOf } from './digest.ts';

const SEAL_LENGTH = 64;

/** Content with its digest before it: from these bytes alone it can be told whether they are whole. */
export function sealed(content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(digestOf(content), 'latin1'), content]);
}

/** The content that was sealed, over the same memory; `undefined` where it is not whole. */
export function unsealed(bytes: Buffer): Buffer | undefined {
  const content = bytes.subarray(SEAL_LENGTH);
  return bytes.toString('latin1', 0, SEAL_LENGTH) === digestOf(content) ? content : undefined;
}
