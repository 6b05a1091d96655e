import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { StepError } from '../../../compiler/kinds/run.ts';
import { readStart } from '../duckdb/file-start.ts';

/** The head of a file in the format of MNIST: how many records it has, and the shape of each. */
export interface IdxHead {
  readonly count: number;
  readonly shape: readonly number[];
}

interface OpenedIdx {
  readonly head: IdxHead;
  /** Bytes behind the head, in pieces as they come. */
  readonly rest: AsyncGenerator<Buffer>;
}

/** Reads the head, in or out of gzip; a StepError where the file is none of whole numbers from 0 to 255. */
export async function readIdxHead(path: string): Promise<IdxHead> {
  const { head, rest } = await openIdx(path);
  await rest.return(undefined);
  return head;
}

/** The records, one after the other, each as an array of its own. */
export async function* readIdx(path: string): AsyncGenerator<Uint8Array, void> {
  const { head, rest } = await openIdx(path);
  const size = head.shape.reduce((product, length) => product * length, 1);
  let pending: Buffer = Buffer.alloc(0);
  let done = 0;
  for await (const piece of rest) {
    pending = pending.length === 0 ? piece : Buffer.concat([pending, piece]);
    const whole = Math.min(Math.floor(pending.length / size), head.count - done);
    for (let i = 0; i < whole; i++) yield new Uint8Array(pending.subarray(i * size, (i + 1) * size));
    done += whole;
    pending = pending.subarray(whole * size);
    if (done === head.count) return;
  }
  throw cutOff(path, `it has ${done.toLocaleString('en-US')} of ${head.count.toLocaleString('en-US')} records`);
}

async function openIdx(path: string): Promise<OpenedIdx> {
  const rest = pieces(path);
  let start: Buffer = Buffer.alloc(0);
  const more = async (length: number): Promise<void> => {
    while (start.length < length) {
      const next = await rest.next();
      if (next.done === true) throw cutOff(path, 'its head is not whole');
      start = Buffer.concat([start, next.value]);
    }
  };
  await more(4);
  if (start[0] !== 0 || start[1] !== 0 || start[2] !== 8) {
    await rest.return(undefined);
    throw new StepError(`\`${basename(path)}\` is no IDX file of whole numbers from 0 to 255`, 'images are PNG or JPEG files, IDX files as those of MNIST, or Parquet files with a column of PNG or JPEG');
  }
  const axes = start[3] ?? 0;
  await more(4 + 4 * axes);
  const [count = 0, ...shape] = Array.from({ length: axes }, (_, axis) => start.readUInt32BE(4 + 4 * axis));
  const left = start.subarray(4 + 4 * axes);
  return { head: { count, shape }, rest: after(left, rest) };
}

async function* after(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* pieces(path: string): AsyncGenerator<Buffer> {
  const start = await readStart(path, 2);
  const file = createReadStream(path);
  const stream = start[0] === 0x1f && start[1] === 0x8b ? file.pipe(createGunzip()) : file;
  try {
    for await (const piece of stream) yield piece as Buffer;
  } catch (error) {
    throw error instanceof Error && 'code' in error && String(error.code).startsWith('Z_') ? cutOff(path, 'its compression ends too early or is damaged') : error;
  } finally {
    file.destroy();
    stream.destroy();
  }
}

function cutOff(path: string, why: string): StepError {
  return new StepError(`\`${basename(path)}\` is cut off or damaged: ${why}`, 'copy or download it again');
}
