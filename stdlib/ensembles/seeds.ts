import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import { described, integer, record } from '../../compiler/kinds/schema.ts';
import { exampleOnPenguins } from '../example.ts';
import { inferVariants, runRepeated } from './bag.ts';
import { inferRepeated } from './infer-ensemble.ts';

/** One model fitted with several seeds. */
export const seeds: Kind = {
  name: 'seeds',
  keyword: 'model',
  version: 1,
  doc: 'The same model fitted with several seeds, whose predictions are averaged: what one seed happens to do counts less. The first is the model itself, with its `stream` of random numbers, the next ones have the streams after it; it says so when the model is the same with each. Each fit is a step of its own. Exported as JSON it has `how` predictions are combined and the `weights`; the models are exported under the names that `mlp show` lists, such as `NAME.seed2.MODEL`.',
  example: exampleOnPenguins(`model trees = xgboost(x) { rounds: 20, subsample: 0.7 }
model calm = seeds(trees) { models: 3 }`),
  inputs: [{ name: 'model', accepts: ['model'], doc: 'The model, in which something is random.' }],
  params: record({
    models: described(integer({ min: 2, max: 1000 }), 'How many, the model itself among them.', 5),
  }),
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: inferSeeds,
  run: runRepeated,
};

function inferSeeds(context: InferContext): Inferred | undefined {
  const model = inferRepeated(context, 'seeds');
  const [input] = context.inputs;
  if (model === undefined || input?.kind !== 'value') return undefined;
  if (!input.maker.seeded) {
    context.report('same-seeds', input.span, { kind: input.maker.name, member: input.text });
    return undefined;
  }
  return inferVariants(context, model, { models: context.params['models'] as number, label: 'seed', vary: () => ({}) });
}
