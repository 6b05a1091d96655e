import type { Task } from '../../../compiler/types.ts';
import type { Scores } from '../../../runtime/data/scores.ts';

/** One random case; `metrics.py` makes the same from the same index. */
export interface Case {
  readonly task: Task;
  readonly scores: Scores;
  readonly weights: Float32Array | undefined;
}

interface Random {
  readonly next: () => number;
  readonly below: (limit: number) => number;
}

/** mulberry32 */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: (limit) => Math.floor(next() * limit) };
}

/** 0: any; 1: many ties; 2: extreme; 3: at the threshold. */
function probability(r: Random, shape: number): number {
  const u = r.next();
  if (shape === 1) return Math.floor(u * 5) / 4;
  if (shape === 2) return [0, 1, 5e-324, 1 - 2 ** -53, 1e-300, 2 ** -52, u][r.below(7)]!;
  if (shape === 3) return 0.5 + (Math.floor(u * 3) - 1) * 2 ** -53;
  return u;
}

function number(r: Random, shape: number): number {
  const u = r.next() * 2 - 1;
  if (shape === 1) return Math.floor(u * 3);
  if (shape === 2) return u * [1e-150, 1, 1e100][r.below(3)]!;
  if (shape === 3) return 1e6 + u;
  return u;
}

/** The case of an index. */
export function makeCase(index: number): Case {
  const r = random(index);
  const task = (['binary', 'multiclass', 'regression'] as const)[index % 3]!;
  const rows = 1 + r.below(60);
  const shape = r.below(4);
  const weighted = r.below(2) === 1;
  const count = task === 'binary' ? 2 : task === 'multiclass' ? 3 + r.below(4) : 0;
  const absent = task !== 'regression' && r.below(4) === 0 ? r.below(count) : -1;
  const truth: number[] = [];
  const values: number[] = [];
  const weights: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (task === 'regression') {
      truth.push(number(r, shape));
      values.push(number(r, shape));
    } else {
      const label = r.below(count);
      truth.push(label === absent ? (label + 1) % count : label);
      if (task === 'binary') values.push(probability(r, shape));
      else values.push(...normalised(Array.from({ length: count }, () => probability(r, shape) + 0.01)));
    }
    weights.push(r.below(3) === 0 ? Math.floor(r.next() * 8) / 4 : r.next());
  }
  if (!weights.some((weight) => weight > 0)) weights[0] = 1;
  const single = task !== 'regression' && r.below(3) === 0;
  const scores: Scores = {
    rows,
    target:
      task === 'regression'
        ? { kind: 'numbers', values: Float64Array.from(truth) }
        : { kind: 'classes', classes: Array.from({ length: count }, (_, klass) => `class ${klass}`), codes: Uint8Array.from(truth) },
    values: single ? Float32Array.from(values) : Float64Array.from(values),
  };
  return { task, scores, weights: weighted ? Float32Array.from(weights) : undefined };
}

function normalised(row: readonly number[]): number[] {
  const total = row.reduce((sum, value) => sum + value, 0);
  return row.map((value) => value / total);
}
