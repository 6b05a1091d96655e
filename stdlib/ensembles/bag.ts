import type { InferContext, Inferred, Kind, ModelVariant } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { boolean, described, integer, record, share } from '../../compiler/kinds/schema.ts';
import type { ModelType } from '../../compiler/types.ts';
import { exampleOnPenguins } from '../example.ts';
import { bootstrapOf, type Drawing } from '../splits/bootstrap-of.ts';
import { combinedResult, membersOf } from './ensemble-result.ts';
import { featureInputs, inferRepeated } from './infer-ensemble.ts';

/** One model fitted to several samples of the training rows. */
export const bag: Kind = {
  name: 'bag',
  keyword: 'model',
  version: 1,
  doc: 'The same model fitted to several samples of the training rows, whose predictions are averaged (bagging predictors; Breiman, 1996), as scikit-learn’s BaggingClassifier and BaggingRegressor. What is random in the model differs from one to the next, too. A sample has each class’ share of rows, so that none is without a class; features are those of the model, fitted to all training rows. Each fit is a step of its own. Exported as JSON it has `how` predictions are combined and the `weights`; the models are exported under the names that `mlp show` lists, such as `NAME.sample1.MODEL`.',
  example: exampleOnPenguins(`model trees = xgboost(x) { rounds: 20 }
model grove = bag(trees) { models: 5, sample: 80% }`),
  inputs: [{ name: 'model', accepts: ['model'], doc: 'The model, which is no ensemble itself.' }],
  params: record({
    models: described(integer({ min: 2, max: 1000 }), 'How many.', 10),
    sample: described(share({ above: 0, max: 1 }), 'How many rows each is fitted to, as a share of the training rows.', 1),
    replace: described(boolean(), 'Whether a row may be in a sample several times (a bootstrap), or once at most.', true),
    stream: described(integer({ min: 0 }), 'Draws other samples: another stream of random numbers.', 0),
  }),
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: inferBag,
  run: runRepeated,
};

interface BagParams {
  readonly models: number;
  readonly sample: number;
  readonly replace: boolean;
  readonly stream: number;
}

function inferBag(context: InferContext): Inferred | undefined {
  const { models, sample: share, replace, stream } = context.params as unknown as BagParams;
  const model = inferRepeated(context, 'bag');
  if (model === undefined) return undefined;
  const drawing = (sample: number): Drawing => ({ sample, share, replace, stream });
  return inferVariants(context, model, { models, label: 'sample', vary: (sample) => ({ split: bootstrapOf(model.split, drawing(sample)) }) });
}

/** What a kind says of its variants of one model. */
export interface Variants {
  readonly models: number;
  /** What people see of one: `sample`, `seed`. */
  readonly label: string;
  readonly vary: (number: number) => Pick<ModelVariant, 'split'>;
}

/** The model that is made of several variants of another. */
export function inferVariants(context: InferContext, model: ModelType, { models, label, vary }: Variants): Inferred {
  const type: ModelType = { ...model, step: context.name, members: [model], interpretability: 'low' };
  const implied = Array.from({ length: models }, (_, index): ModelVariant => ({ does: 'vary', slot: `model[${index}]`, model, label, number: index + 1, ...vary(index + 1) }));
  return { type, implied, unread: ['model'], more: featureInputs(type), params: { features: implied.map(() => [0]) } };
}

/** The mean of what the variants say. */
export async function runRepeated(context: RunContext): Promise<RunResult> {
  const members = membersOf(context);
  const [first, ...others] = members;
  const alike = others.every(({ scores }) => scores.validate?.digest === first?.scores.validate?.digest && scores.test?.digest === first?.scores.test?.digest);
  return combinedResult(context, members, {
    recipe: { how: 'mean', weights: members.map(() => 1) },
    summary: { models: members.length },
    ...(alike ? { warnings: [`all ${members.length} models say the same: nothing in them is random`] } : {}),
  });
}
