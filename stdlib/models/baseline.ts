import type { Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { record } from '../../compiler/kinds/schema.ts';
import { exampleOnPenguins } from '../example.ts';
import { loadTargets } from '../features/load-features.ts';
import { fitBaseline, predictBaseline } from './linear/baseline.ts';
import { inferModel, modelResult, SCORED_PARTS } from './scored-model.ts';

/** Says the same of every row. */
export const baseline: Kind = {
  name: 'baseline',
  keyword: 'model',
  version: 1,
  doc: 'Says the same of every row: the shares of the classes in training, of which the largest is predicted, or the mean. A result without a baseline beside it tells nothing. Exported as JSON it has `task`, `classes` and `values`: the share of each class, or the mean.',
  example: exampleOnPenguins(`model guess = baseline(x)`),
  inputs: [{ name: 'x', accepts: ['features'], doc: 'Features, of which the target alone is read.' }],
  params: record({}),
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: (context) => ({ ...inferModel(context, 'high'), reads: { x: [] } }),
  run: runBaseline,
};

async function runBaseline(context: RunContext): Promise<RunResult> {
  const parts = await loadTargets(context, 'x', ['train', ...SCORED_PARTS]);
  const model = fitBaseline(parts.train);
  return modelResult(context, parts, {
    bytes: new TextEncoder().encode(`${JSON.stringify(model, undefined, 1)}\n`),
    summary: { values: model.values },
    predict: (part) => predictBaseline(model, parts[part].matrix.rows),
  });
}
