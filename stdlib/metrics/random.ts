import type { Salt } from '../../runtime/data/hash.ts';

/** Numbers from 0 (included) to 1 (excluded), in multiples of 2⁻³². */
export type Random = () => number;

/** xoshiro128**, by Blackman and Vigna (2018): the same numbers for the same salt on every machine. */
export function randomNumbers(salt: Salt): Random {
  let [a, b, c, d] = salt as [number, number, number, number];
  // A state of zeros would stay one.
  if ((a | b | c | d) === 0) a = 1;
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return (result >>> 0) / 4294967296;
  };
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Below this mean the sum of probabilities is searched from its beginning. */
const SMALL = 10;

/**
 * A sampler of the Poisson distribution of a mean above 0: by inversion where the mean is small, else by transformed
 * rejection (PTRS of Hörmann, The transformed rejection method for generating Poisson random variables, 1993).
 */
export function poissonSampler(mean: number, random: Random): () => number {
  return mean < SMALL ? byInversion(mean, random) : byRejection(mean, random);
}

function byInversion(mean: number, random: Random): () => number {
  const none = Math.exp(-mean);
  return () => {
    let [count, chance, left] = [0, none, random()];
    while (left >= chance && chance > 0) {
      left -= chance;
      count += 1;
      chance *= mean / count;
    }
    return count;
  };
}

function byRejection(mean: number, random: Random): () => number {
  const logMean = Math.log(mean);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const certain = 0.9277 - 3.6224 / (b - 2);
  return () => {
    for (;;) {
      const u = random() - 0.5;
      const v = random();
      const us = 0.5 - Math.abs(u);
      const count = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= certain) return count;
      if (count < 0 || (us < 0.013 && v > us)) continue;
      const accept = Math.log((v * inverseAlpha) / (a / (us * us) + b));
      if (accept <= count * logMean - mean - logFactorial(count)) return count;
    }
  };
}

/** ln(n!) for small n. */
const LOG_FACTORIALS = new Float64Array(1024);
for (let n = 1; n < LOG_FACTORIALS.length; n++) LOG_FACTORIALS[n] = LOG_FACTORIALS[n - 1]! + Math.log(n);

/** ln(n!), beyond the table by Stirling's series. */
function logFactorial(n: number): number {
  if (n < LOG_FACTORIALS.length) return LOG_FACTORIALS[n]!;
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n);
}
