import { EVERY_MODEL, everyModelProject } from '../support/every-model.ts';
import type { Project } from '../end-to-end/program.ts';

/** Ensembles of every kind, for each task, of members over different features, and of ensembles. */
const ENSEMBLES = `
features w = prepare(two) { use: [age, height, ward], impute { numeric: mean } }
model short2 = logistic(w)
model stack2 = stack(trees2, short2, net2) { meta: logistic(C: 0.5) }
model deep2 = stack(trees2, guess2) { pass_through: true, meta: xgboost(rounds: 5, max_depth: 2), folds: 2 }
model bag2 = bag(lines2) { models: 3 }
model seeds2 = seeds(net2) { models: 2 }
model hard2 = vote(trees2, short2, net2) { voting: hard, weights: [2, 1, 1] }
model found2 = vote(trees2, short2, lines2) { weights: validate }
model nested2 = vote(stack2, bag2, short2)

model stack3 = stack(trees3, lines3) { meta: network(layers: [dense(4, relu)], epochs: 2), folds: 2 }
model deep3 = stack(trees3, guess3) { pass_through: true, folds: 3 }
model soft3 = vote(trees3, lines3, guess3) { weights: [1, 2, 0.5] }
model hard3 = vote(trees3, lines3, guess3) { voting: hard }
model over3 = stack(hard3, soft3) { folds: 2 }

model stack1 = stack(trees1, lines1)
model deep1 = stack(trees1, net1) { pass_through: true, folds: 2 }
model mean1 = vote(trees1, lines1) { weights: validate }
model middle1 = vote(trees1, lines1, guess1) { voting: median }
model bag1 = bag(trees1) { models: 2, sample: 50%, replace: false }

report judged = evaluate(stack2, bag2, found2) { metrics: [log_loss], folds: 2 }
choice fast = select(judged.folds) { minimize: log_loss, require { latency_p99: ..10s, size: ..100MB } }
`;

/** The ensembles by their names, with the split that each stands on. */
export const ENSEMBLE_SPLITS: Readonly<Record<string, string>> = Object.fromEntries(
  [...ENSEMBLES.matchAll(/^model (\w+?)(\d) = (?:stack|vote|bag|seeds)/gm)].map(([, name = '', number = '']) => [`${name}${number}`, { 1: 'many', 2: 'two', 3: 'three' }[number] ?? '']),
);

/** A project with `p.mlp` in which there are all of them. */
export function everyEnsembleProject(): Project {
  const project = everyModelProject();
  project.write({ 'p.mlp': `${EVERY_MODEL}${ENSEMBLES}` });
  return project;
}
