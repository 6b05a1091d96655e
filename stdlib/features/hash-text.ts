const encoder = new TextEncoder();

/**
 * The bucket of a text: MurmurHash3_x86_32 of its UTF-8 with seed 0, as a signed number without its sign, modulo the
 * number of buckets. This is where scikit-learn's FeatureHasher and HashingVectorizer put it.
 */
export function bucketOf(text: string, buckets: number): number {
  const hash = murmur(encoder.encode(text));
  // The one number whose sign cannot be taken off.
  return hash === -0x8000_0000 ? (0x7fff_ffff - (buckets - 1)) % buckets : Math.abs(hash) % buckets;
}

/** MurmurHash3_x86_32 (Austin Appleby) with seed 0, signed. */
function murmur(bytes: Uint8Array): number {
  const whole = bytes.length & ~3;
  let h = 0;
  for (let i = 0; i < whole; i += 4) {
    h ^= scramble((bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16) | ((bytes[i + 3] as number) << 24));
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | (bytes[i] as number);
  h ^= scramble(tail) ^ bytes.length;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function scramble(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

/** Words are runs of two or more letters, digits and underscores, in lower case: scikit-learn's `token_pattern`. */
const WORDS = /[\p{L}\p{N}_]{2,}/gu;

/** Calls back for each n-gram of a text: `low` to `high` words in a row, joined by spaces. */
export function forEachNgram(text: string, [low, high]: readonly [number, number], visit: (ngram: string) => void): void {
  const words = text.toLowerCase().match(WORDS) ?? [];
  for (let n = low; n <= high; n++) {
    for (let i = 0; i + n <= words.length; i++) visit(n === 1 ? (words[i] as string) : words.slice(i, i + n).join(' '));
  }
}
