import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestsOf, eventsOf, statesOf, type Outcome } from '../end-to-end/program.ts';
import { parquetRows, storedScores, valuesOf } from '../predictions/support.ts';
import { ENSEMBLE_SPLITS, everyEnsembleProject } from './every-ensemble.ts';

describe('ensembles of every kind', () => {
  const project = everyEnsembleProject();
  const first: { applied?: Outcome } = {};

  beforeAll(async () => {
    first.applied = await project.run(['apply', 'p.mlp', '--json', '--threads', '2']);
    await project.run(['export', 'p.mlp', 'all', '-o', 'all.parquet']);
  }, 300_000);

  const applied = (): Outcome => {
    if (first.applied === undefined) throw new Error('nothing was applied');
    return first.applied;
  };

  it('are made', () => {
    expect(applied().code, applied().output.slice(-4000)).toBe(0);
  });

  it.each(Object.entries(ENSEMBLE_SPLITS))('%s says of the rows what it said in training, to the last bit', async (name, split) => {
    const done = await project.run(['predict', 'p.mlp', name, 'all.parquet', '-o', `${name}.parquet`]);
    expect(done.code, done.output).toBe(0);
    const predicted = await parquetRows(project.path(`${name}.parquet`));
    const { scores, rows } = await storedScores(project, 'p.mlp', { model: name, split });
    expect(rows).toHaveLength(150);
    expect(valuesOf(rows.map((row) => predicted[row] ?? {}))).toEqual(Array.from(scores.values));
  });

  it('fit members once, and in each fold once, however many ask for it', () => {
    const ran = eventsOf(applied()).flatMap((event) => (event.event === 'step-end' && event.state === 'ran' ? [event.name] : []));
    // In two folds, the trees of `deep2` and of no other; in five those of `stack2`; the report has folds of its own.
    expect(ran.filter((name) => /^(deep2|stack2)\.fold\d\.trees2$/.test(name)).sort()).toEqual(['deep2.fold1.trees2', 'deep2.fold2.trees2', ...[1, 2, 3, 4, 5].map((fold) => `stack2.fold${fold}.trees2`)]);
    expect(ran.filter((name) => name.endsWith('.trees2') && name.startsWith('judged.fold1.'))).toEqual(expect.arrayContaining([1, 2, 3, 4, 5].map((fold) => `judged.fold1.stack2.fold${fold}.trees2`)));
  });

  it('are the same bytes on one thread', async () => {
    const targets = ['stack3', 'bag2', 'found2'].flatMap((name) => ['--target', name]);
    const again = await project.run(['apply', 'p.mlp', '--json', '--threads', '1', '--store', 'other', ...targets]);
    const digests = digestsOf(again);
    expect(Object.keys(digests)).toContain('bag2.sample3.lines2');
    expect(digests).toEqual(Object.fromEntries(Object.keys(digests).map((name) => [name, digestsOf(applied())[name]])));
  }, 120_000);

  it('are fitted again as far as an edit reaches', async () => {
    const edit = (from: string, to: string): void => project.write({ 'edited.mlp': readFileSync(project.path('p.mlp'), 'utf8').replace(from, to) });
    const ran = async (): Promise<string[]> => {
      const states = statesOf(await project.run(['apply', 'edited.mlp', '--json', '--target', 'stack2']));
      return Object.keys(states).filter((name) => states[name] === 'ran').sort();
    };
    edit('meta: logistic(C: 0.5)', 'meta: logistic(C: 2)');
    expect(await ran()).toEqual(['stack2', 'stack2.meta']);
    edit('model short2 = logistic(w)', 'model short2 = logistic(w) { C: 3 }');
    expect(await ran()).toEqual(['short2', 'stack2', ...[1, 2, 3, 4, 5].map((fold) => `stack2.fold${fold}.short2`), 'stack2.meta', 'stack2.out_of_fold']);
  }, 120_000);
});
