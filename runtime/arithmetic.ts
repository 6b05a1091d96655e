import { createHash } from 'node:crypto';

/** The functions whose last digits are left to whoever implements them; `Math` has them, and `**` is `pow`. */
export const INEXACT = ['exp', 'log', 'log1p', 'log10', 'sin', 'cos', 'hypot', 'pow'] as const;

/** What rounds in its own way. */
export type Arithmetic = Pick<Math, (typeof INEXACT)[number]>;

/** Arguments of each function. Implementations that differ do so in some per cent of them. */
const SAMPLES = 384;

/**
 * A name for how JavaScript rounds here: a digest over values of all that its standard leaves inexact. Versions of Node
 * that compute alike share it, so that an upgrade makes nothing again that would come out the same.
 */
export function arithmeticOf(math: Arithmetic = Math): string {
  const values = new Float64Array(SAMPLES * INEXACT.length);
  let state = 1;
  for (let i = 0; i < SAMPLES; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // Magnitudes from 2^-10 to 2^9, both signs; multiplication by a power of two is exact.
    const x = (state / 2 ** 31 - 1) * SCALES[i % SCALES.length]!;
    const positive = Math.abs(x);
    values.set([math.exp(x), math.log(positive), math.log1p(positive), math.log10(positive), math.sin(x), math.cos(x), math.hypot(x, 1.1), math.pow(positive, 0.56)], i * INEXACT.length);
  }
  return createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex').slice(0, 16);
}

const SCALES = Array.from({ length: 20 }, (_, i) => (i < 10 ? 1 / (1 << (10 - i)) : 1 << (i - 10)));
