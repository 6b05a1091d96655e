import { crc32 } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly data: string | Uint8Array;
  /** Unix mode with the file's type; 0 says nothing. */
  readonly mode?: number;
  /** In place of the right one. */
  readonly checksum?: number;
  /** In place of the size of the data. */
  readonly claims?: number;
}

/** A zip archive (APPNOTE.TXT 4.3) of stored files, which may be as wrong as a test wants it. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, data, mode = 0, checksum, claims } of entries) {
    const bytes = Buffer.from(data);
    const encoded = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt32LE(checksum ?? crc32(bytes), 10);
    common.writeUInt32LE(claims ?? bytes.length, 14);
    common.writeUInt32LE(claims ?? bytes.length, 18);
    common.writeUInt16LE(encoded.length, 22);
    const central = Buffer.alloc(14);
    central.writeUInt32LE((mode << 16) >>> 0, 6);
    central.writeUInt32LE(offset, 10);
    const local = Buffer.concat([signature(0x04034b50), common, encoded, bytes]);
    // Made on Unix (3): only there does the mode mean anything.
    centrals.push(Buffer.concat([signature(0x02014b50), Buffer.from([20, 3]), common, central, encoded]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
