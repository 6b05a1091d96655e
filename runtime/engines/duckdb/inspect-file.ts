import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { JsonObject } from '../../../compiler/json.ts';
import type { Problem } from '../../../compiler/needs.ts';
import { checkCompressed } from './compressed-files.ts';
import { compressionOf, readStart } from './file-start.ts';
import type { FileFormat } from './table-reader.ts';

/** Why a file cannot be one of this format, from its first bytes, its last ones, and its compression. */
export async function inspectFile(path: string, format: FileFormat, options: JsonObject): Promise<Problem | undefined> {
  const name = basename(path);
  const { size } = await stat(path);
  if (size === 0) return { ok: false, message: `\`${name}\` is empty` };
  const start = await readStart(path, 4096);
  const looks = looksLike(start);
  if (format === 'parquet') {
    if (looks !== 'parquet') return mismatch(name, 'a Parquet file', looks);
    if ((await lastBytes(path, size)) !== 'PAR1') {
      return { ok: false, message: `\`${name}\` is cut off: its end is missing`, hint: 'copy or download it again' };
    }
    return undefined;
  }
  if (format === 'arrow') {
    // A stream begins with the mark of a message.
    return looks === 'arrow' || start.subarray(0, 4).equals(Buffer.from([255, 255, 255, 255])) ? undefined : mismatch(name, 'an Arrow file', looks);
  }
  const compression = compressionOf(path, options);
  if (compression !== undefined) return compressedProblem(path, compression);
  const wanted = format === 'csv' ? 'CSV' : 'JSON';
  if (format === 'csv' && options['encoding'] === 'utf-16') {
    return start[0] === 0xfe || start[0] === 0 ? { ok: false, message: `\`${name}\` is UTF-16 with the high byte first, which is not read`, hint: asUtf8(name, 'UTF-16BE') } : undefined;
  }
  if (looks === 'utf-16') {
    const hint = format === 'csv' ? 'say `encoding: "utf-16"`' : asUtf8(name, 'UTF-16');
    return { ok: false, message: `\`${name}\` is not UTF-8 text but UTF-16`, hint };
  }
  if (looks === 'parquet' || looks === 'arrow' || looks === 'gzip' || looks === 'zstd' || looks === 'binary') return mismatch(name, wanted, looks);
  if (format === 'csv' && looks === 'json' && ['.json', '.ndjson', '.jsonl'].includes(extname(name))) return mismatch(name, 'CSV', looks);
  if (format !== 'csv' && looks === 'text') return mismatch(name, 'JSON', looks);
  return undefined;
}

async function compressedProblem(path: string, compression: 'gzip' | 'zstd'): Promise<Problem | undefined> {
  const name = basename(path);
  switch (await checkCompressed(path, compression)) {
    case 'whole':
      return undefined;
    case 'cut':
      return { ok: false, message: `\`${name}\` is cut off or damaged: its compression ends too early`, hint: 'copy or download it again' };
    case 'other':
      return { ok: false, message: `\`${name}\` is not compressed with ${compression}`, hint: 'say how it is with `compression:`, which is `none`, `gzip` or `zstd`' };
  }
}

function asUtf8(name: string, from: string): string {
  return `save it as UTF-8, as with \`iconv -f ${from} -t UTF-8 ${name}\``;
}

type Look = 'parquet' | 'arrow' | 'gzip' | 'zstd' | 'utf-16' | 'binary' | 'json' | 'text';

function looksLike(start: Buffer): Look {
  if (start.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  if (start.subarray(0, 6).toString('latin1') === 'ARROW1') return 'arrow';
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  if (start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) return 'utf-16';
  if (start.includes(0)) return 'binary';
  return /^\ufeff?\s*[[{]/.test(start.toString('utf8')) ? 'json' : 'text';
}

const WAYS_OUT: Readonly<Record<Look, string | undefined>> = {
  parquet: 'it is a Parquet file: read it with `parquet(…)`',
  arrow: 'it is an Arrow file: read it with `arrow(…)`',
  gzip: 'it is compressed with gzip: say `compression: gzip`',
  zstd: 'it is compressed with zstd: say `compression: zstd`',
  json: 'it looks like JSON: read it with `json(…)`, or with `ndjson(…)` where each line is a record',
  text: 'it looks like plain text: read a table of text with `csv(…)`',
  'utf-16': undefined,
  binary: undefined,
};

function mismatch(name: string, wanted: string, looks: Look): Problem {
  const hint = WAYS_OUT[looks];
  const message = `\`${name}\` is not ${wanted}${looks === 'binary' ? ' but a binary file' : ''}`;
  return { ok: false, message, ...(hint === undefined ? {} : { hint }) };
}

async function lastBytes(path: string, size: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, Math.max(0, size - 4));
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
