import { inner } from './solve.ts';

/** A convex function that is to be minimised. */
export interface Objective {
  readonly size: number;
  readonly at: (position: Float64Array) => Point;
}

/** The function at a position. */
export interface Point {
  readonly value: number;
  readonly gradient: Float64Array;
  /** The Newton step s = H⁻¹·gradient, asked for once at most. ‖H·s − gradient‖ may be this share of ‖gradient‖. */
  readonly solve: (precision: number) => Float64Array;
}

/** When to stop, and whom to tell. */
export interface NewtonOptions {
  readonly maxIterations: number;
  /**
   * Stops with a step after which none would change an entry by more than this share of the largest entry, or of 1.
   * Steps shrink at least as fast as they last did, and in the end ever faster.
   */
  readonly tolerance: number;
  readonly onIteration?: (iteration: number, value: number) => void;
}

/** Where the search ended. */
export interface Minimum {
  readonly position: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** A step must gain at least this share of what its slope promises (Armijo). */
const LEAST_GAIN = 1e-4;

/** How far the first step may be from solving its system. */
const FIRST_PRECISION = 0.1;

/** Shorter steps are not tried. */
const LEAST_SHARE = 1e-10;

/** Where a step promises less than this share of the value, rounding hides whether it gains. */
const ROUNDING = 1e-11;

/**
 * Newton's method from 0, each step halved until it gains (Boyd and Vandenberghe, Convex Optimization, 9.5). Where
 * rounding hides gains, steps are taken whole until they are short enough, or no longer shrink: then they are rounding
 * errors themselves. The nearer the minimum, the more exactly steps are asked for: their precision falls as the root of the
 * gradient, by which the search converges of order 3/2 (Nocedal and Wright, Numerical Optimization, 7.1).
 */
export function minimise(objective: Objective, { maxIterations, tolerance, onIteration }: NewtonOptions): Minimum {
  let position = new Float64Array(objective.size);
  let point = objective.at(position);
  let former = Infinity;
  const first = Math.sqrt(inner(point.gradient, point.gradient));
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    const nearness = Math.sqrt(inner(point.gradient, point.gradient)) / (first || 1);
    const step = point.solve(FIRST_PRECISION * Math.min(1, Math.sqrt(nearness)));
    const promise = inner(point.gradient, step);
    const blind = promise <= ROUNDING * Math.abs(point.value);
    const length = largest(step);
    const short = length * Math.min(1, length / former) <= tolerance * Math.max(1, largest(position));
    if (blind && iteration > 1 && (short || length > former / 2)) {
      const value = point.value - promise / 2;
      onIteration?.(iteration, value);
      return { position: move(position, step, 1), value, iterations: iteration, converged: true };
    }
    let share = 1;
    let next = move(position, step, share);
    let reached = objective.at(next);
    while (!blind && !(reached.value <= point.value - LEAST_GAIN * share * promise) && share > LEAST_SHARE) {
      share /= 2;
      next = move(position, step, share);
      reached = objective.at(next);
    }
    position = next;
    point = reached;
    onIteration?.(iteration, point.value);
    former = share * length;
  }
  return { position, value: point.value, iterations: maxIterations, converged: false };
}

function move(position: Float64Array, step: Float64Array, share: number): Float64Array<ArrayBuffer> {
  return position.map((value, at) => value - share * step[at]!);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
