/** Floats as a model's scores: none of them NaN. */
export type Floats = Float32Array | Float64Array;

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const SHIFTS = [0, DIGIT_BITS, 2 * DIGIT_BITS] as const;

/** Numbers in ascending order, as integers that order as they do, and what was given with each. */
export interface SortedSingles<A extends Floats> {
  readonly keys: Uint32Array;
  readonly carried: A;
}

/** Sorts single-precision numbers by radix and takes others along: one pass after the other, in sequence. */
export function sortSingles<A extends Floats>(values: Float32Array, carried: A): SortedSingles<A> {
  const rows = values.length;
  let from: SortedSingles<A> = { keys: sortableWords(values), carried };
  let spare: SortedSingles<A> | undefined;
  const counts = digitCounts(from.keys);
  for (const [pass, shift] of SHIFTS.entries()) {
    const starts = bucketStarts(counts[pass]!, rows);
    if (starts === undefined) continue;
    const to = spare ?? { keys: new Uint32Array(rows), carried: emptyLike(carried) };
    scatter(from, to, shift, starts);
    // The caller's own array is not written to.
    spare = from.carried === carried ? undefined : from;
    from = to;
  }
  return from;
}

function scatter(from: SortedSingles<Floats>, to: SortedSingles<Floats>, shift: number, starts: Uint32Array): void {
  const { keys, carried } = from;
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    const place = starts[(key >>> shift) & (BUCKETS - 1)]!++;
    to.keys[place] = key;
    to.carried[place] = carried[at]!;
  }
}

/** Row numbers by ascending value; rows of equal value keep their order. */
export function orderFloats(values: Floats): Uint32Array {
  const rows = values.length;
  let order = new Uint32Array(rows);
  let next = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) order[row] = row;
  for (const words of values instanceof Float32Array ? [sortableWords(values)] : sortableHalves(values)) {
    const counts = digitCounts(words);
    for (const [pass, shift] of SHIFTS.entries()) {
      const starts = bucketStarts(counts[pass]!, rows);
      if (starts === undefined) continue;
      for (let at = 0; at < rows; at++) {
        const row = order[at]!;
        next[starts[(words[row]! >>> shift) & (BUCKETS - 1)]!++] = row;
      }
      [order, next] = [next, order];
    }
  }
  return order;
}

/** How often each value of each digit occurs. */
function digitCounts(words: Uint32Array): readonly Uint32Array[] {
  const [low, middle, high] = [new Uint32Array(BUCKETS), new Uint32Array(BUCKETS), new Uint32Array(BUCKETS)];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    low[word & (BUCKETS - 1)]!++;
    middle[(word >>> DIGIT_BITS) & (BUCKETS - 1)]!++;
    high[word >>> (2 * DIGIT_BITS)]!++;
  }
  return [low, middle, high];
}

/** Where each bucket of a digit begins; `undefined` when all words share the digit and there is nothing to do. */
function bucketStarts(counts: Uint32Array, rows: number): Uint32Array | undefined {
  const starts = new Uint32Array(BUCKETS);
  for (let bucket = 0, start = 0; bucket < BUCKETS; bucket++) {
    const count = counts[bucket]!;
    if (count === rows) return undefined;
    starts[bucket] = start;
    start += count;
  }
  return starts;
}

/** Each number's bits, mapped so that they order as unsigned integers. */
function sortableWords(values: Float32Array): Uint32Array {
  const words = new Uint32Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let row = 0; row < words.length; row++) {
    // −0 equals 0.
    const word = bits[row] === 0x80000000 ? 0 : bits[row]!;
    words[row] = word ^ ((word >> 31) | 0x80000000);
  }
  return words;
}

/** The low and the high half of each number's bits, mapped so that they order as unsigned integers. */
function sortableHalves(values: Float64Array): readonly [Uint32Array, Uint32Array] {
  const low = new Uint32Array(values.length);
  const high = new Uint32Array(values.length);
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  const [lowWord, highWord] = littleEndian ? [0, 1] : [1, 0];
  for (let row = 0; row < values.length; row++) {
    // Adding zero turns −0 into 0, which it equals.
    number[0] = values[row]! + 0;
    const flip = words[highWord]! >> 31;
    low[row] = words[lowWord]! ^ flip;
    high[row] = words[highWord]! ^ (flip | 0x80000000);
  }
  return [low, high];
}

function emptyLike<A extends Floats>(values: A): A {
  return new (values.constructor as new (length: number) => A)(values.length);
}
