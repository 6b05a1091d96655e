import type { Block, CodeBlock, Design, NumberBlock } from './design.ts';

/** Rows that are worked on at a time: their intermediate columns stay in the cache. */
export const CHUNK = 1024;

/** A range of rows, at most `CHUNK` of them. Columns of a chunk are indexed from 0. */
export interface Chunk {
  readonly start: number;
  readonly length: number;
}

/** Calls back for all rows, in order. */
export function forEachChunk(rows: number, visit: (chunk: Chunk) => void): void {
  for (let start = 0; start < rows; start += CHUNK) visit({ start, length: Math.min(CHUNK, rows - start) });
}

/** out = X·coefficients for the rows of a chunk. */
export function multiply({ blocks, width }: Design, { start, length }: Chunk, coefficients: Float64Array, out: Float64Array): void {
  out.fill(coefficients[width - 1]!, 0, length);
  for (const block of inFours(blocks)) {
    if (isFour(block)) {
      const [a, b, c, d] = block;
      const [as, bs, cs, ds] = [a.values, b.values, c.values, d.values];
      const [byA, byB, byC, byD] = block.map(({ column }) => coefficients[column]!) as [number, number, number, number];
      for (let i = 0, at = start; i < length; i++, at++) out[i] = out[i]! + byA * as[at]! + byB * bs[at]! + byC * cs[at]! + byD * ds[at]!;
    } else if (block.kind === 'numbers') {
      const { values } = block;
      const coefficient = coefficients[block.column]!;
      for (let i = 0; i < length; i++) out[i] = out[i]! + coefficient * values[start + i]!;
    } else {
      const { codes, column } = block;
      for (let i = 0; i < length; i++) out[i] = out[i]! + coefficients[column + codes[start + i]!]!;
    }
  }
}

/** out += Xᵀ·terms for the rows of a chunk. */
export function addTransposed({ blocks, width }: Design, chunk: Chunk, terms: Float64Array, out: Float64Array): void {
  out[width - 1] = out[width - 1]! + sumOf(terms, chunk.length);
  addProducts(blocks, chunk, terms, out);
}

/** out += the diagonal of Xᵀ·diag(weights)·X for the rows of a chunk. */
export function addDiagonal({ blocks, width }: Design, chunk: Chunk, weights: Float64Array, out: Float64Array): void {
  const { start, length } = chunk;
  out[width - 1] = out[width - 1]! + sumOf(weights, length);
  for (const block of blocks) {
    if (block.kind === 'codes') scatter(block, chunk, weights, out);
    else {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += weights[i]! * block.values[start + i]! ** 2;
      out[block.column] = out[block.column]! + sum;
    }
  }
}

/** Up to this many coefficients, and this many products that it is made of, Xᵀ·X is made; above, it is only multiplied by. */
const MAX_SQUARE = 1200;
const MAX_PRODUCTS = 2e9;

/** Whether Xᵀ·X, for each pair of scores, is small enough to be made and factorised. Levels cost no more than one column. */
export function isDense({ rows, width, blocks }: Design, scores = 1): boolean {
  const pairs = (scores * (scores + 1)) / 2;
  return scores * width <= MAX_SQUARE && (pairs * rows * blocks.length ** 2) / 2 <= MAX_PRODUCTS;
}

/** A square part of a larger row-major matrix. */
export interface Square {
  readonly data: Float64Array;
  /** Length of a row of the larger matrix. */
  readonly stride: number;
  /** Where the part's first element lies. */
  readonly origin: number;
}

/**
 * The upper triangle of out += Xᵀ·diag(weights)·X for the rows of a chunk, but for the part of levels and the column of
 * ones, which `completeGram` copies from the diagonal in the end.
 */
export function addGram({ blocks, width }: Design, chunk: Chunk, weights: Float64Array, out: Square): void {
  const { data, stride, origin } = out;
  const last = width - 1;
  const weighted = new Float64Array(chunk.length);
  blocks.forEach((block, at) => {
    const first = origin + block.column * stride;
    if (block.kind === 'codes') {
      // Levels exclude each other: a block's own part is its diagonal.
      scatterStrided(block, chunk, weights, { data: data.subarray(first + block.column), stride: stride + 1 });
      for (const other of blocks.slice(at + 1)) gramOfCodes(block, other, chunk, { weights, data: data.subarray(first + other.column), stride });
      return;
    }
    multiplyInto(weighted, block, chunk, weights);
    const row = data.subarray(first, first + width);
    addProducts(blocks.slice(at), chunk, weighted, row);
    row[last] = row[last]! + sumOf(weighted, chunk.length);
  });
  const corner = origin + last * stride + last;
  data[corner] = data[corner]! + sumOf(weights, chunk.length);
}

/** Fills what `addGram` leaves out: the part of levels and ones, and the lower triangle. */
export function completeGram({ blocks, width }: Design, { data, stride, origin }: Square): void {
  for (const block of blocks) {
    if (block.kind === 'numbers') continue;
    for (let column = block.column; column < block.column + block.levels; column++) {
      data[origin + column * stride + width - 1] = data[origin + column * stride + column]!;
    }
  }
  for (let row = 1; row < width; row++) {
    for (let column = 0; column < row; column++) data[origin + row * stride + column] = data[origin + column * stride + row]!;
  }
}

interface Target {
  readonly weights: Float64Array;
  readonly data: Float64Array;
  readonly stride: number;
}

function gramOfCodes(one: CodeBlock, other: Block, chunk: Chunk, target: Target): void {
  if (other.kind === 'numbers') gramOfCodesAndNumbers(one, other, chunk, target);
  else gramOfTwoCodes(one, other, chunk, target);
}

function gramOfCodesAndNumbers({ codes }: CodeBlock, { values }: NumberBlock, { start, length }: Chunk, { weights, data, stride }: Target): void {
  for (let i = 0; i < length; i++) {
    const at = codes[start + i]! * stride;
    data[at] = data[at]! + weights[i]! * values[start + i]!;
  }
}

function gramOfTwoCodes(one: CodeBlock, other: CodeBlock, { start, length }: Chunk, { weights, data, stride }: Target): void {
  const rows = one.codes;
  const columns = other.codes;
  for (let i = 0; i < length; i++) {
    const at = rows[start + i]! * stride + columns[start + i]!;
    data[at] = data[at]! + weights[i]!;
  }
}

function multiplyInto(out: Float64Array, { values }: NumberBlock, { start, length }: Chunk, weights: Float64Array): void {
  for (let i = 0; i < length; i++) out[i] = weights[i]! * values[start + i]!;
}

/** Adds each term to its level's column. */
function scatter({ codes, column }: CodeBlock, { start, length }: Chunk, terms: Float64Array, out: Float64Array): void {
  for (let i = 0; i < length; i++) {
    const at = column + codes[start + i]!;
    out[at] = out[at]! + terms[i]!;
  }
}

/** Adds each term to data[code · stride]. */
function scatterStrided({ codes }: CodeBlock, { start, length }: Chunk, terms: Float64Array, { data, stride }: Omit<Target, 'weights'>): void {
  for (let i = 0; i < length; i++) {
    const at = codes[start + i]! * stride;
    data[at] = data[at]! + terms[i]!;
  }
}

/** Adds to each block's columns the product of these with the terms. */
function addProducts(blocks: readonly Block[], chunk: Chunk, terms: Float64Array, out: Float64Array): void {
  for (const block of inFours(blocks)) {
    if (isFour(block)) addFourDots(block, chunk, terms, out);
    else if (block.kind === 'numbers') out[block.column] = out[block.column]! + dot(block.values, terms, chunk);
    else scatter(block, chunk, terms, out);
  }
}

/** Columns of numbers that are worked on side by side: a processor adds up four sums in the time of one. */
type Four = readonly [NumberBlock, NumberBlock, NumberBlock, NumberBlock];

/** The blocks in their order, numbers in fours where as many stand together. */
function inFours(blocks: readonly Block[]): (Block | Four)[] {
  const found: (Block | Four)[] = [];
  for (let at = 0; at < blocks.length; ) {
    const next = blocks.slice(at, at + 4);
    if (next.length === 4 && next.every((block) => block.kind === 'numbers')) {
      found.push(next as unknown as Four);
      at += 4;
    } else found.push(blocks[at++]!);
  }
  return found;
}

function isFour(block: Block | Four): block is Four {
  return Array.isArray(block);
}

function addFourDots([a, b, c, d]: Four, { start, length }: Chunk, terms: Float64Array, out: Float64Array): void {
  const [as, bs, cs, ds] = [a.values, b.values, c.values, d.values];
  let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
  for (let i = 0, at = start; i < length; i++, at++) {
    const term = terms[i]!;
    sumA += as[at]! * term;
    sumB += bs[at]! * term;
    sumC += cs[at]! * term;
    sumD += ds[at]! * term;
  }
  out[a.column] = out[a.column]! + sumA;
  out[b.column] = out[b.column]! + sumB;
  out[c.column] = out[c.column]! + sumC;
  out[d.column] = out[d.column]! + sumD;
}

function dot(values: Float64Array, terms: Float64Array, { start, length }: Chunk): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[start + i]! * terms[i]!;
  return sum;
}

function sumOf(values: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i]!;
  return sum;
}

/** Copies the upper triangle of a square matrix onto its lower one. */
export function mirror(data: Float64Array, size: number): void {
  for (let row = 1; row < size; row++) for (let column = 0; column < row; column++) data[row * size + column] = data[column * size + row]!;
}
