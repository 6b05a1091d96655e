import type { JsonObject } from '../../../compiler/json.ts';
import type { InferContext, Inferred } from '../../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../../compiler/kinds/run.ts';
import { described, either, integer, knownAs, none, record, share, word, type RecordSchema } from '../../../compiler/kinds/schema.ts';
import { matrixOf, rowCount, type TrainerRows } from '../../../runtime/data/matrix.ts';
import { oneHotThreshold } from '../../../runtime/trainers/training.ts';
import type { EngineParameters } from '../../../runtime/trainers/parameters.ts';
import { loadTrainerRows, unseenWarnings } from '../../features/load-features.ts';
import { otherNames } from '../boosting/other-names.ts';
import { classCount, libraryOf, scoreParts, segmentSeed, sortedImportance } from '../boosting/run-boosting.ts';
import { checkWeights, weightReads, weightParams, weightRows } from '../row-weights.ts';
import { inferModel, modelResult, SCORED_PARTS } from '../scored-model.ts';

/** What one kind of forest does and the other does not. */
export interface ForestOptions {
  /** The share of rows that a tree is grown from, where the author says nothing. */
  readonly samples: number;
  /** Whether one random threshold of each feature is looked at, not all. */
  readonly randomThresholds: boolean;
  /** What `auto` features are; by default as scikit-learn has them. */
  readonly features?: 'all';
}

/** The parameters of a forest, under scikit-learn's names. */
export function forestParams({ samples, features }: ForestOptions): RecordSchema {
  const params = record({
    n_estimators: described(integer({ min: 1 }), 'Trees, or trees a class where there are more than two.', 100),
    max_depth: described(either(none(), integer({ min: 1 })), 'The greatest depth of a tree.', null),
    max_leaf_nodes: described(either(none(), integer({ min: 2, max: MOST_LEAVES })), 'The most leaves of a tree.', null),
    min_samples_leaf: described(integer({ min: 1 }), 'The least rows in a leaf.', 1),
    max_features: described(
      either(word('auto', 'sqrt', 'log2', 'all'), share({ above: 0, max: 1 })),
      `How many features each split looks at, drawn anew: their square root, their logarithm, all, or a share. \`auto\` is ${features === undefined ? '`sqrt` for classes and `all` for a number, as in scikit-learn' : '`all`: a random threshold may lie beyond the rows that a split has'}.`,
      'auto',
    ),
    max_samples: described(share({ above: 0, max: 1 }), 'The share of rows that each tree is grown from, drawn without putting any back.', samples),
    max_bin: described(integer({ min: 2 }), 'The most bins that the values of a feature are sorted into.', 255),
    ...weightParams,
    checkpoint: described(
      integer({ min: 1 }),
      'Trees between checkpoints. A training that is killed goes on from the last one, to the same bytes; the number is part of what the model is.',
      100,
    ),
    stream: described(integer({ min: 0 }), 'Makes equal models differ: another stream of random numbers.', 0),
  });
  return knownAs(params, { ...otherNames(Object.keys(params.properties)), rounds: 'n_estimators', num_leaves: 'max_leaf_nodes', min_data_in_leaf: 'min_samples_leaf' });
}

/** LightGBM's limit. */
const MOST_LEAVES = 131_072;

/** The type of a forest. */
export function inferForest(context: InferContext): Inferred | undefined {
  return checkWeights(context) ? { ...inferModel(context, 'medium'), ...weightReads(context) } : undefined;
}

/** Trains a forest, and scores it on the parts that it was not fitted on. */
export async function runForest(context: RunContext, options: ForestOptions): Promise<RunResult> {
  const { trainForest, openForestPredictor } = await import('../../../runtime/engines/lightgbm/forest.ts');
  const library = libraryOf(context, { engine: 'lightgbm', label: 'LightGBM' });
  context.progress({ phase: 'reading' });
  const parts = await loadTrainerRows(context, 'x', { parts: ['train', ...SCORED_PARTS] });
  const train = await weightRows(context, parts.train, parts.rowsIndex.train);
  const begun = performance.now();
  context.progress({ phase: 'training' });
  const { params } = context.step;
  const trees = params['n_estimators'] as number;
  const { model, importance } = await trainForest({
    library,
    train,
    parameters: forestParameters(params, train, options),
    rounds: trees,
    segment: params['checkpoint'] as number,
    seed: (segment) => segmentSeed(context.seed ?? '0', segment),
    threads: context.threads,
    checkpoint: context.checkpoint,
    onRound: ({ round, rounds }) => context.progress({ phase: 'training', round, rounds }),
  });
  const seconds = (performance.now() - begun) / 1000;
  const predictor = await openForestPredictor({ library, model, features: matrixOf(train).features, threads: context.threads, ...classCount(train.target) });
  return scoreParts(predictor, parts, (predict) =>
    modelResult(context, parts, {
      bytes: model,
      summary: { trees, importance: sortedImportance({ importance }) },
      warnings: SCORED_PARTS.flatMap((part) => unseenWarnings(part, parts[part])),
      statistics: { trainingSeconds: seconds },
      predict,
    }),
  );
}

/** What scikit-learn's names mean to LightGBM, which has no unlimited trees: no more leaves than the rows can fill. */
export function forestParameters(params: JsonObject, train: TrainerRows, { randomThresholds, features }: ForestOptions): EngineParameters {
  const [depth, leaves, least, samples] = [params['max_depth'], params['max_leaf_nodes'], Number(params['min_samples_leaf']), Number(params['max_samples'])];
  const possible = Math.min(MOST_LEAVES, Math.floor(rowCount(train) / least), depth === null ? Infinity : 2 ** Number(depth));
  const oneHot = oneHotThreshold(train);
  const said = params['max_features'] as string | number;
  const share = featureShare(said === 'auto' ? (features ?? said) : said, train);
  return {
    num_leaves: Math.max(2, leaves === null ? possible : Math.min(possible, Number(leaves))),
    max_depth: depth === null ? -1 : Number(depth),
    min_data_in_leaf: least,
    min_data_per_group: least,
    max_bin: params['max_bin'] as number,
    ...(oneHot === undefined ? {} : { max_cat_to_onehot: oneHot }),
    ...(share < 1 ? { feature_fraction_bynode: share } : {}),
    ...(samples < 1 ? { bagging_fraction: samples, bagging_freq: 1 } : {}),
    ...(randomThresholds ? { extra_trees: true } : {}),
  };
}

function featureShare(said: string | number, rows: TrainerRows): number {
  const { target } = rows;
  const count = matrixOf(rows).features.length;
  const rule = said === 'auto' ? (target.kind === 'classes' ? 'sqrt' : 'all') : said;
  switch (rule) {
    case 'all':
      return 1;
    case 'sqrt':
      return Math.max(1, Math.floor(Math.sqrt(count))) / count;
    case 'log2':
      return Math.max(1, Math.floor(Math.log2(count))) / count;
    default:
      return Number(rule);
  }
}
