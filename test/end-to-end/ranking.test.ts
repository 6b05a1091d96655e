import { beforeAll, expect, it } from 'vitest';
import { uniformNumbers } from '../../runtime/networks/random.ts';
import { parquetRows, storedScores, valuesOf } from '../predictions/support.ts';
import { digestsOf, newProject, type Outcome } from './program.ts';

const PIPELINE = `
source offers = csv("offers.csv") {
  schema { search: int, price: float, rating: float?, brand: string, weight: float, relevance: int }
}
split parts = holdout(offers) { target: relevance, task: ranking, group: search, train: 60%, validate: 20%, test: 20% }
features x = prepare(parts) { drop: [weight] }
model trees = xgboost(x) { rounds: 40, weight: weight, early_stopping { rounds: 10, on: ndcg_at_5 } }
model leaves = lightgbm(x) { rounds: 40, weight: weight, min_data_in_leaf: 5, early_stopping { rounds: 10 } }
model even = catboost(x) { rounds: 40, depth: 4, weight: weight, early_stopping { rounds: 10, on: map } }
model woods = random_forest(x)
model line = linear(x)
model net = network(x) { layers: [dense(8, relu)], epochs: 60, batch: 32, early_stopping { patience: 10 } }
model guess = baseline(x)
model both = vote(trees, leaves) { weights: [2, 1] }
model bagged = bag(leaves) { models: 2 }
model joined = stack(line, woods) { folds: 2 }
report scores = evaluate(trees, leaves, even, woods, line, net, guess, both, bagged, joined) { folds: 2, intervals { resamples: 100 } }
choice best = select(scores.folds) { maximize: ndcg }
`;

const MODELS = ['trees', 'leaves', 'even', 'woods', 'line', 'net', 'guess', 'both', 'bagged', 'joined'];

/** Offers of 120 searches in no order, whose relevance depends on price, rating and brand. */
function offers(): string {
  const draw = uniformNumbers('1', 'offers');
  const rows = Array.from({ length: 120 }, (_, search) => {
    const weight = 1 + (search % 3);
    return Array.from({ length: 3 + Math.floor(draw() * 12) }, () => {
      const [price, rating, brand] = [draw() * 100, draw() * 5, 'abcd'[Math.floor(draw() * 4)] ?? 'a'];
      const worth = rating - price / 40 + (brand === 'c' ? 1 : 0) + draw();
      return { place: draw(), line: [search, price.toFixed(2), draw() < 0.1 ? '' : rating.toFixed(2), brand, weight, Math.max(0, Math.min(4, Math.floor(worth)))].join() };
    });
  }).flat();
  return ['search,price,rating,brand,weight,relevance', ...rows.sort((a, b) => a.place - b.place).map(({ line }) => line)].join('\n');
}

const project = newProject({ 'p.mlp': PIPELINE, 'offers.csv': `${offers()}\n` });
const mlp = (...args: readonly string[]) => project.run(args);
let applied: Outcome;

beforeAll(async () => {
  applied = await mlp('apply', 'p.mlp', '--json', '--threads', '2');
  expect(applied.code, applied.output.slice(-3000)).toBe(0);
  await mlp('export', 'p.mlp', 'offers', '-o', 'all.parquet');
}, 120_000);

it.each(MODELS)('%s says of the rows what it said in training, to the last bit', async (name) => {
  const done = await mlp('predict', 'p.mlp', name, 'all.parquet', '-o', `${name}.parquet`);
  expect(done.code, done.output).toBe(0);
  const predicted = await parquetRows(project.path(`${name}.parquet`));
  const { scores, rows } = await storedScores(project, 'p.mlp', { model: name, split: 'parts' });
  expect(rows.length).toBeGreaterThan(100);
  expect(valuesOf(rows.map((row) => predicted[row] ?? {}))).toEqual(Array.from(scores.values));
});

it('puts what is relevant first, query by query', async () => {
  const shown = await mlp('show', 'p.mlp', 'scores', '--json');
  const { models } = JSON.parse(shown.output) as { models: Record<string, { parts: { test: { metrics: Record<string, number>; intervals: Record<string, [number, number]> } } }> };
  const guessed = models['guess']?.parts.test.metrics['ndcg'] ?? NaN;
  for (const name of MODELS.filter((one) => one !== 'guess')) {
    const { metrics, intervals } = models[name]?.parts.test ?? { metrics: {}, intervals: {} };
    expect(Object.keys(metrics).sort()).toEqual(['map', 'mrr', 'ndcg', 'ndcg_at_10', 'ndcg_at_5']);
    expect(metrics['ndcg'], name).toBeGreaterThan(guessed + 0.15);
    const [low = NaN, high = NaN] = intervals['ndcg'] ?? [];
    expect(low < (metrics['ndcg'] ?? NaN) && (metrics['ndcg'] ?? NaN) < high).toBe(true);
  }
});

it('is the same bytes on one thread', async () => {
  const digests = digestsOf(await mlp('apply', 'p.mlp', '--json', '--threads', '1', '--store', 'other', ...['trees', 'leaves', 'even', 'bagged'].flatMap((name) => ['--target', name])));
  expect(Object.keys(digests)).toContain('even');
  expect(digests).toEqual(Object.fromEntries(Object.keys(digests).map((name) => [name, digestsOf(applied)[name]])));
}, 60_000);

it('says what rows it cannot weigh', async () => {
  project.write({ 'torn.mlp': PIPELINE.replace('weight: weight, early_stopping { rounds: 10, on: ndcg_at_5 }', 'weight: price').replace('drop: [weight]', 'drop: [weight, price]') });
  const done = await mlp('apply', 'torn.mlp', '--target', 'trees');
  expect(done.code).toBe(3);
  expect(done.output).toContain('rows of one query have different weights');
  expect(done.output).toContain('PARTITION BY');
});
