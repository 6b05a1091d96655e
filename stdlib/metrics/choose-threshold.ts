import type { Scores } from '../../runtime/data/scores.ts';
import { orderFloats } from '../../runtime/data/sort-floats.ts';

/** By what the threshold of a binary decision is chosen. The bounds are the least that is accepted. */
export type ThresholdRule =
  | { readonly best: 'f1' }
  | { readonly best: 'precision'; readonly recall: number }
  | { readonly best: 'recall'; readonly precision: number };

/** Counts of rows at or above a threshold, and of all rows of the positive class. */
interface Decided {
  readonly hits: number;
  readonly predicted: number;
  readonly positives: number;
}

/**
 * The threshold on the probability of the positive class that a rule finds best on some rows, among the probabilities
 * that occur; a row is predicted positive when its probability is at least the threshold. Of equals, the highest.
 * `undefined` where no threshold keeps the rule's bound, or no row is positive.
 */
export function chooseThreshold({ target, values }: Scores, rule: ThresholdRule): number | undefined {
  if (target.kind !== 'classes') throw new RangeError('a regression has no threshold');
  let positives = 0;
  for (const code of target.codes) positives += code;
  if (positives === 0) return undefined;
  let best: { readonly threshold: number; readonly value: number; readonly other: number } | undefined;
  const order = orderFloats(values);
  let [hits, predicted] = [0, 0];
  for (let at = order.length - 1; at >= 0; at--) {
    const threshold = values[order[at]!]!;
    hits += target.codes[order[at]!] === 1 ? 1 : 0;
    predicted += 1;
    // Rows of one probability are decided together.
    if (at > 0 && values[order[at - 1]!] === threshold) continue;
    const found = judgeThreshold(rule, { hits, predicted, positives });
    if (found === undefined) continue;
    const [value, other] = found;
    if (best === undefined || value > best.value || (value === best.value && other > best.other)) best = { threshold, value, other };
  }
  return best?.threshold;
}

/** What is to be as large as can be, and what decides between equals; `undefined` where the rule's bound is broken. */
function judgeThreshold(rule: ThresholdRule, { hits, predicted, positives }: Decided): readonly [number, number] | undefined {
  const precision = hits / predicted;
  const recall = hits / positives;
  switch (rule.best) {
    case 'f1':
      return [(2 * hits) / (predicted + positives), 0];
    case 'precision':
      return recall >= rule.recall ? [precision, recall] : undefined;
    case 'recall':
      return precision >= rule.precision ? [recall, precision] : undefined;
  }
}
