import type { Kind } from '../../compiler/kinds/kind.ts';
import { inferPrepare } from './infer-prepare.ts';
import { prepareParams } from './prepare-params.ts';
import { runPrepare } from './run-prepare.ts';

/** Makes the columns of a split what models take, fitted on its training rows. */
export const prepare: Kind = {
  name: 'prepare',
  keyword: 'features',
  version: 1,
  doc: `Makes the columns of a split into features, with everything fitted on the training rows alone.

Numbers and bools (0 or 1) pass as they are, texts as native categories; a model that cannot take missing values or
categories completes them itself. Transforms name columns, or the groups \`numeric\` (what stays a number) and \`categorical\`
(texts, and what \`encode\` names); a column's own entry goes before its group's. They are done in this order: \`impute\`,
\`clip\`, \`log\`, then \`bins\` or \`scale\`, and \`encode\` for names; each is fitted to what those before it make of the
training rows. NaN is a missing value; an infinite value is an error. A split may be prepared as often as you like, each
time in another way, and models share the features that they name.

They mean what scikit-learn's SimpleImputer, MissingIndicator, KBinsDiscretizer, StandardScaler, MinMaxScaler, RobustScaler,
QuantileTransformer, OneHotEncoder, OrdinalEncoder, TargetEncoder, FeatureHasher and HashingVectorizer do, numpy's clip and
quantile, and pandas' parts of dates.

\`impute { x: drop }\` leaves training rows without \`x\` out, for this set of features and the models that read it; rows
that are judged or predicted are never left out, and there it stays missing. \`indicator\` adds the feature
\`missingindicator_x\`. \`log1p\` wants values above −1; a new row whose value is not has none. \`bins\` make a number, the bin's
place, or with \`encode { x: one_hot }\` or \`native\` a category.

A value that no training row has is missing to \`native\` and \`ordinal\`, \`other\` to \`one_hot\` if some levels are rare, the
mean of all to \`target_mean\`, 0 to \`frequency\`, and nothing new to \`hash\`. Training rows are encoded by \`target_mean\` from
the other folds, all other rows from all training rows. The same code makes features for training, evaluation and prediction.

\`date { d: [month, cyclic(hour)] }\` makes \`d_month\`, and of a part that comes round again \`d_hour_sin\` and \`d_hour_cos\`;
Monday is \`dow\` 0. \`text { t: ngrams(1..2, buckets: 256) }\` counts words and pairs of words, in lower case and by hash, in the
features \`t_ngrams_000\` to \`t_ngrams_255\`, up to 255 each. Each is a column of a byte a row, for models of our own of eight:
what does not fit into half of a step's memory is refused.`,
  example: `source flights = csv("flights.csv") {
  schema { date: timestamp, distance: int?, origin: string, late: bool }
}
split parts = holdout(flights) { target: late }
features x = prepare(parts) {
  date { date: [month, cyclic(hour)] }
  impute { numeric: median }
  log { distance: log1p }
  encode { origin: one_hot(min_count: 50) }
  scale { numeric: standard }
}`,
  inputs: [{ name: 'parts', accepts: ['split'], doc: 'The split whose training rows it is fitted on.' }],
  params: prepareParams,
  engine: 'duckdb',
  seeded: true,
  guarantee: 'platform',
  infer: inferPrepare,
  run: runPrepare,
};
