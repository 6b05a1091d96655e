import { newProject, type Project } from '../end-to-end/program.ts';
import { uniformNumbers } from '../../runtime/networks/random.ts';

/** Of every model of the standard library, for each task that it has, over features of every kind. */
export const EVERY_MODEL = `
source visits = ndjson("visits.ndjson") {
  schema { id: int, day: date, at: timestamp, age: int?, height: float?, paid: decimal(9, 2), city: string?, ward: string, note: string?, first: bool?, kind: string, better: bool, cost: float }
}
table all = sql("SELECT * FROM visits")

split two = holdout(all) { target: better, train: 60%, validate: 15%, test: 25% }
features x = prepare(two) {
  drop: [id, kind, cost]
  indicator: [age]
  impute { age: median, city: constant("nowhere") }
  bins { age: quantile(4) }
  scale { height: standard, paid: robust }
  encode { city: one_hot(min_count: 30), ward: target_mean }
  date { day: [month, dow], at: [hour] }
  text { note: ngrams(n: 1..2, buckets: 16) }
}
model trees2 = xgboost(x) { rounds: 12, max_depth: 3 }
model leaves2 = lightgbm(x) { rounds: 12, num_leaves: 6, bagging_fraction: 0.8, bagging_freq: 1, checkpoint: 5 }
model even2 = catboost(x) { rounds: 12, depth: 4, bootstrap_type: Bernoulli, subsample: 0.8 }
model woods2 = random_forest(x) { n_estimators: 12, min_samples_leaf: 3, checkpoint: 5 }
model lines2 = logistic(x)
model net2 = network(x) { layers: [dense(8, relu), batch_norm], epochs: 4, batch: 32 }
model guess2 = baseline(x)
model sure2 = adjust(lines2) { calibrate: isotonic, threshold: max_f1 }

split three = holdout(all) { target: kind, train: 60%, validate: 15%, test: 25% }
features y = prepare(three) {
  drop: [id, better, cost, day, at]
  encode { city: native, ward: hash(buckets: 8) }
  text { note: ngrams(buckets: 8) }
}
model trees3 = xgboost(y) { rounds: 8, max_depth: 3 }
model leaves3 = lightgbm(y) { rounds: 8, num_leaves: 6, checkpoint: 3 }
model even3 = catboost(y) { rounds: 8, depth: 3 }
model woods3 = extra_trees(y) { n_estimators: 12, min_samples_leaf: 3, checkpoint: 5 }
model lines3 = logistic(y)
model net3 = network(y) { layers: [dense(8, tanh)], epochs: 4, batch: 32, workers: 2 }
model guess3 = baseline(y)
model sure3 = adjust(trees3) { calibrate: sigmoid }

split many = holdout(all) { target: cost, train: 60%, validate: 15%, test: 25% }
features z = prepare(many) {
  drop: [id, better, kind, note]
  encode { city: ordinal, ward: frequency, height: one_hot }
  bins { height: uniform(5) }
  log { paid: log1p }
  date { day: [cyclic(month)], at: [cyclic(hour)] }
}
model trees1 = xgboost(z) { rounds: 12, max_depth: 3 }
model leaves1 = lightgbm(z) { rounds: 12, num_leaves: 6 }
model even1 = catboost(z) { rounds: 12, objective: MAE }
model woods1 = random_forest(z) { n_estimators: 12, min_samples_leaf: 3, checkpoint: 5 }
model lines1 = linear(z) { alpha: 1 }
model net1 = network(z) { layers: [dense(8, leaky_relu), dropout(0.1)], epochs: 4, batch: 32 }
model guess1 = baseline(z)

report scores = evaluate(trees2, lines2, guess2, sure2)
choice best = select(scores.validate) { maximize: auc }
`;

/** The models of `EVERY_MODEL`, with the features and the split that each stands on. */
export const MODELS = [
  { task: 'binary', number: 2, features: 'x', split: 'two' },
  { task: 'multiclass', number: 3, features: 'y', split: 'three' },
  { task: 'regression', number: 1, features: 'z', split: 'many' },
].flatMap(({ task, number, features, split }) => ['trees', 'leaves', 'woods', 'lines', 'net', 'guess', ...(task === 'regression' ? [] : ['sure'])].map((kind) => ({ kind, name: `${kind}${number}`, task, features, split })));

const ROWS = 600;
const CITIES = ['Zürich', 'a "b"', 'Łódź', '東京', 'rare'];
const WORDS = ['late', 'fine', 'Tooth', 'ache', 'again', 'never'];

/** Rows of every type, of which all but the target and a few may be missing. */
function visits(): string {
  const draw = uniformNumbers('1', 'visits');
  const below = (limit: number): number => Math.min(limit - 1, Math.floor(draw() * limit));
  const maybe = <T>(value: T): T | null => (draw() < 0.1 ? null : value);
  return Array.from({ length: ROWS }, (_, id) => {
    const [age, city, hour, paid] = [below(90), below(41), below(24), below(20_000) / 100];
    const cost = age / 3 + paid / 7 + (hour > 12 ? 9 : 0) + 4 * draw();
    return JSON.stringify({
      id,
      day: new Date(Date.UTC(2020, 0, 1 + below(700))).toISOString().slice(0, 10),
      at: `2021-03-04 ${String(hour).padStart(2, '0')}:30:00`,
      age: maybe(age),
      height: maybe(150 + 50 * draw()),
      paid: paid.toFixed(2),
      city: maybe(CITIES[Math.floor(city / 10)]),
      ward: `w${below(30)}`,
      note: maybe(Array.from({ length: 1 + below(4) }, () => WORDS[below(6)]).join(' ')),
      first: maybe(draw() < 0.5),
      kind: ['check-up', 'pain', 'other'][(age > 45 ? 1 : 0) + (paid > 120 ? 1 : 0)],
      better: cost + 6 * draw() > 35,
      cost,
    });
  }).join('\n');
}

/** A project in which `p.mlp`, being `EVERY_MODEL`, waits to be applied. */
export const everyModelProject = (): Project => newProject({ 'p.mlp': EVERY_MODEL, 'visits.ndjson': visits() });
