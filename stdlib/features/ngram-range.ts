import { DEFAULTS, type Ngrams } from './prepare-params.ts';

/** The least and the most words in a row. */
export function ngramRange({ n = DEFAULTS.ngrams.n }: Ngrams): readonly [number, number] {
  if (typeof n === 'number') return [n, n];
  const [low, high] = n.$range;
  return [low ?? 1, high ?? low ?? 1];
}
