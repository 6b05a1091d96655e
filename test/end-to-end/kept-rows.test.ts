import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { digestsOf, newProject, statesOf } from './program.ts';

const PIPELINE = `
param depth: int = 3

source flights = parquet("npm:vega-datasets/data/flights-3m.parquet") { limit: 50_000 }
table legs = sql("SELECT origin, distance, hour(date) AS dep_hour, delay >= 15 AS late FROM flights")
split parts = holdout(legs) { target: late }
features x = prepare(parts)
model trees = xgboost(x) { rounds: 8, max_depth: depth, early_stopping { rounds: 4, on: auc } }
model leaves = lightgbm(x) { rounds: 5, num_leaves: depth }
report scores = evaluate(trees, leaves)
`;

it('models are the same to the last bit with the rows that another run has kept, without them, and with damaged ones', async () => {
  const project = newProject({ 'p.mlp': PIPELINE });
  const rows = project.path('.mlp', 'cache', 'rows');
  const apply = (store: string, depth: string) => project.run(['apply', 'p.mlp', '--json', '--store', store, '--param', `depth=${depth}`]);

  expect((await apply('one', '3')).code).toBe(0);
  const [kept = ''] = readdirSync(rows);
  expect(readdirSync(rows)).toEqual([kept]);
  const withThem = await apply('one', '4');
  expect(statesOf(withThem)).toMatchObject({ x: 'cached', trees: 'ran', leaves: 'ran' });
  expect(readdirSync(rows)).toEqual([kept]);

  rmSync(rows, { recursive: true });
  const without = await apply('two', '4');
  expect(readdirSync(rows)).toEqual([kept]);
  writeFileSync(project.path('.mlp', 'cache', 'rows', kept), 'no rows');
  const damaged = await apply('three', '4');
  const made = ['trees', 'leaves', 'scores'];
  for (const outcome of [withThem, without, damaged]) {
    expect(outcome.code).toBe(0);
    for (const name of made) expect(digestsOf(outcome)[name]).toEqual(digestsOf(without)[name]);
  }
});
