import type { Scores } from '../../runtime/data/scores.ts';

/** Below this a probability counts as this: no model may rule out what came true. */
const LEAST_CHANCE = 1e-15;

/** What each model says of every row, reduced to what the loss sees, and the loss as a function of a mixture of that. */
interface Mixture {
  /** By model. Shape (rows). */
  readonly models: readonly Float64Array[];
  /** Of one row's mixture: the loss' first and second derivative. */
  readonly derivatives: (mixed: number, row: number) => readonly [number, number];
  /** In whose unit the derivatives are. */
  readonly scale: number;
}

/** At most this many moves of weight from one model to another. */
const MOST_MOVES = 10_000;

/** The weights are found when no move of weight gains more than this, in the loss' own scale. */
const TOLERANCE = 1e-10;

/**
 * The weights, not negative and 1 together, whose mixture of predictions has the least loss: the log loss of classes, the
 * squared error of numbers (stacked regressions; Breiman, 1996). The loss is convex in the weights, so that there is one
 * minimum; it is found by moving weight between the two models that gain most by it, as in sequential minimal optimisation
 * (Platt, 1998), each time as far as it pays.
 */
export function findWeights(scores: readonly Scores[]): number[] {
  const mixture = mixtureOf(scores);
  const { models, scale } = mixture;
  const weights = models.map(() => 1 / models.length);
  for (let move = 0; move < MOST_MOVES; move++) {
    const mixed = mix(models, weights);
    const slopes = slopesOf(mixture, mixed);
    let to = 0;
    let from = -1;
    slopes.forEach((slope, model) => {
      if (slope < slopes[to]!) to = model;
      if (weights[model]! > 0 && (from < 0 || slope > slopes[from]!)) from = model;
    });
    if (slopes[from]! - slopes[to]! <= TOLERANCE * scale) break;
    const room = weights[from]!;
    const step = stepLength(mixture, mixed, { from, to, room });
    weights[to]! += step;
    weights[from] = step === room ? 0 : room - step;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function mixtureOf(scores: readonly Scores[]): Mixture {
  const [first] = scores;
  if (first === undefined) throw new Error('there are no models to weigh');
  const { target, rows } = first;
  if (target.kind === 'numbers') {
    const truth = target.values;
    const mean = truth.reduce((sum, value) => sum + value, 0) / rows;
    const variance = truth.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    return { models: scores.map(({ values }) => Float64Array.from(values)), derivatives: (mixed, row) => [2 * (mixed - truth[row]!), 2], scale: variance || 1 };
  }
  const { codes } = target;
  const chances = ({ values }: Scores): Float64Array => {
    const width = values.length / rows;
    return Float64Array.from(codes, (code, row) => Math.max(LEAST_CHANCE, width > 1 ? values[row * width + code]! : code === 1 ? values[row]! : 1 - values[row]!));
  };
  return { models: scores.map(chances), derivatives: (mixed) => [-1 / mixed, 1 / mixed ** 2], scale: 1 };
}

function mix(models: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const mixed = new Float64Array(models[0]?.length ?? 0);
  models.forEach((values, model) => {
    const weight = weights[model]!;
    if (weight > 0) for (let row = 0; row < mixed.length; row++) mixed[row]! += weight * values[row]!;
  });
  return mixed;
}

/** The derivative of the mean loss by each weight. */
function slopesOf({ models, derivatives }: Mixture, mixed: Float64Array): number[] {
  const sums = models.map(() => 0);
  for (let row = 0; row < mixed.length; row++) {
    const [slope] = derivatives(mixed[row]!, row);
    for (let model = 0; model < sums.length; model++) sums[model]! += slope * models[model]![row]!;
  }
  return sums.map((sum) => sum / mixed.length);
}

interface Move {
  readonly from: number;
  readonly to: number;
  /** The weight that there is to be moved. */
  readonly room: number;
}

/** How much weight to move: where the loss along the way is least, by Newton's method kept between bounds. */
function stepLength({ models, derivatives }: Mixture, mixed: Float64Array, { from, to, room }: Move): number {
  const [source, goal] = [models[from]!, models[to]!];
  const along = (step: number): readonly [number, number] => {
    let [first, second] = [0, 0];
    for (let row = 0; row < mixed.length; row++) {
      const difference = goal[row]! - source[row]!;
      const [slope, bend] = derivatives(mixed[row]! + step * difference, row);
      first += slope * difference;
      second += bend * difference * difference;
    }
    return [first, second];
  };
  if (along(room)[0] <= 0) return room;
  let [low, high, step] = [0, room, 0];
  for (let iteration = 0; iteration < 60 && high - low > room * 1e-15; iteration++) {
    const [slope, bend] = along(step);
    if (slope > 0) high = step;
    else low = step;
    const newton = step - slope / bend;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - step) <= room * 1e-15) break;
    step = next;
  }
  return step;
}
