/** A model as CatBoost writes it as JSON (its documentation: "Model values"), as far as predicting reads it. */
export interface CatboostModel {
  readonly model_info: { readonly class_params?: unknown; readonly params: { readonly loss_function: { readonly type: string } } };
  readonly features_info: {
    readonly float_features?: readonly FloatFeature[];
    readonly categorical_features?: readonly CategoricalFeature[];
    /** In the order of the trees' numbers of conditions. */
    readonly ctrs?: readonly Statistic[];
    /** The categories of the training rows, by CatBoost's hash, 32 bits unsigned: absent or null where there are none. */
    readonly cat_features_hash?: readonly { readonly hash: number; readonly value: string }[] | null;
  };
  /** By \x60identifier\x60: counts of the target by hash of what was met. */
  readonly ctr_data?: Readonly<Record<string, { readonly hash_map: readonly (string | number)[]; readonly hash_stride: number; readonly counter_denominator: number }>>;
  readonly oblivious_trees?: readonly { readonly splits: readonly SplitRef[] | null; readonly leaf_values: readonly number[] }[];
  readonly trees?: readonly TreeNode[];
  /** What the sum of leaves is multiplied by, and what is added. */
  readonly scale_and_bias: readonly [number, readonly number[]];
}

interface FloatFeature {
  readonly feature_index: number;
  readonly flat_feature_index: number;
  /** Single precision. */
  readonly borders: readonly number[];
  readonly nan_value_treatment: 'AsIs' | 'AsFalse' | 'AsTrue';
}

interface CategoricalFeature {
  readonly feature_index: number;
  readonly flat_feature_index: number;
  /** Hashes, signed, of the categories that are split one against the rest. */
  readonly values?: readonly number[];
}

/** A statistic of the target by categories, which trees split like a number. */
export interface Statistic {
  readonly borders: readonly number[];
  readonly ctr_type: string;
  readonly elements: readonly StatisticElement[];
  readonly identifier: string;
  readonly prior_numerator: number;
  readonly prior_denomerator: number;
  readonly shift: number;
  readonly scale: number;
  readonly target_border_idx: number;
}

/** What rows have to share to be counted together. */
export type StatisticElement =
  | { readonly combination_element: 'cat_feature_value'; readonly cat_feature_index: number }
  | { readonly combination_element: 'cat_feature_exact_value'; readonly cat_feature_index: number; readonly value: number }
  | { readonly combination_element: 'float_feature'; readonly float_feature_index: number; readonly border: number };

/** A condition of the model, by its number. */
interface SplitRef {
  readonly split_index: number;
}

/** A node of a tree that grew unevenly. */
export type TreeNode = { readonly split: SplitRef; readonly left: TreeNode; readonly right: TreeNode } | { readonly value: number | readonly number[] };

/** How a missing category is written in CatBoost's models, which have none: `nan`, or what follows if a level has that name. */
export function missingCategory(levels: readonly string[]): string {
  let name = 'nan';
  while (levels.includes(name)) name += '_';
  return name;
}

/**
 * A model without what differs from run to run (times, identifiers, folders, threads, the curves) and with all lists in
 * an order: the same model is the same bytes.
 */
export function canonicalModel(text: string): string {
  const { model_info: info, features_info: features, ...rest } = JSON.parse(text) as CatboostModel;
  const hashes = [...(features.cat_features_hash ?? [])].sort((a, b) => a.hash - b.hash);
  const model: CatboostModel = {
    model_info: { ...(info.class_params === undefined ? {} : { class_params: info.class_params }), params: { loss_function: info.params.loss_function } },
    features_info: { ...features, ...(hashes.length === 0 ? {} : { cat_features_hash: hashes }) },
    ...rest,
  };
  return JSON.stringify(model);
}

/** How many times the trees of a model split by each feature, by its place among all: numbers, then categories. */
export function countSplits({ features_info: info, oblivious_trees: even, trees }: CatboostModel): number[] {
  const places = splitFeatures(info);
  const counts: number[] = [];
  const count = ({ split_index: split }: SplitRef): void => places[split]?.forEach((place) => (counts[place] = (counts[place] ?? 0) + 1));
  const walk = (node: TreeNode): void => {
    if ('value' in node) return;
    count(node.split);
    walk(node.left);
    walk(node.right);
  };
  even?.forEach((tree) => tree.splits?.forEach(count));
  trees?.forEach(walk);
  return counts;
}

/** The features that each condition looks at. */
function splitFeatures({ float_features: floats = [], categorical_features: categories = [], ctrs = [] }: CatboostModel['features_info']): number[][] {
  const ofFloat = new Map(floats.map((one) => [one.feature_index, one.flat_feature_index]));
  const ofCategory = new Map(categories.map((one) => [one.feature_index, one.flat_feature_index]));
  const ofElement = (element: StatisticElement): number | undefined =>
    element.combination_element === 'float_feature' ? ofFloat.get(element.float_feature_index) : ofCategory.get(element.cat_feature_index);
  return [
    ...floats.flatMap((one) => one.borders.map(() => [one.flat_feature_index])),
    ...categories.flatMap((one) => (one.values ?? []).map(() => [one.flat_feature_index])),
    ...ctrs.flatMap((one) => one.borders.map(() => [...new Set(one.elements.flatMap((element) => ofElement(element) ?? []))])),
  ];
}
