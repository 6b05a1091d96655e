import { Transform } from 'node:stream';

/** Where things stand in the header of a library in ELF of 64 bits, little-endian (System V ABI, chapter 4). */
const HEADER = { length: 64, segments: 32, sections: 40, segmentLength: 54, segmentCount: 56, sectionCount: 60, sectionNames: 62 } as const;

/** Where things stand in the description of a segment. */
const SEGMENT = { offset: 8, length: 32 } as const;

/** Descriptions of segments stand right behind the header: whoever puts them far away is no library that we know. */
const FARTHEST = 2 ** 16;

const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);

/**
 * Passes a file on; of a shared library in ELF, only what the system maps of it: what is behind its last segment are symbols
 * for debuggers and the table of sections, which is then taken out of the header. (Of TensorFlow's that is a quarter.)
 */
export function withoutSymbols(): Transform {
  let head: Buffer | undefined = Buffer.alloc(0);
  let left = Infinity;
  const pass = (stream: Transform, chunk: Buffer): void => {
    if (left > 0) stream.push(chunk.subarray(0, left));
    left -= chunk.length;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (head === undefined) pass(this, chunk);
      else {
        head = Buffer.concat([head, chunk]);
        const length = mappedLength(head);
        if (length !== undefined) {
          left = length;
          pass(this, length === Infinity ? head : withoutSections(head));
          head = undefined;
        }
      }
      done();
    },
    flush(done) {
      if (head !== undefined) this.push(head);
      done();
    },
  });
}

/** Where the last segment of a library ends, by its first bytes: infinite for another file, undefined where they are too few. */
function mappedLength(head: Buffer): number | undefined {
  if (head.length < HEADER.length) return MAGIC.subarray(0, head.length).equals(head.subarray(0, MAGIC.length)) ? undefined : Infinity;
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) return Infinity;
  const start = Number(head.readBigUInt64LE(HEADER.segments));
  const [length, count] = [head.readUInt16LE(HEADER.segmentLength), head.readUInt16LE(HEADER.segmentCount)];
  if (count === 0 || start > FARTHEST) return Infinity;
  if (head.length < start + length * count) return undefined;
  const ends = Array.from({ length: count }, (_, index): number => {
    const at = start + index * length;
    return Number(head.readBigUInt64LE(at + SEGMENT.offset) + head.readBigUInt64LE(at + SEGMENT.length));
  });
  return Math.max(start + length * count, ...ends);
}

function withoutSections(head: Buffer): Buffer {
  const changed = Buffer.from(head);
  changed.writeBigUInt64LE(0n, HEADER.sections);
  changed.writeUInt16LE(0, HEADER.sectionCount);
  changed.writeUInt16LE(0, HEADER.sectionNames);
  return changed;
}
