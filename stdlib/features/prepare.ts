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
categories completes them itself. \`impute\`, \`encode\` and \`scale\` name columns, or the groups \`numeric\` (what stays a
number) and \`categorical\` (the rest); a column's own entry goes before its group's. They are done in this order, and
mean the same as scikit-learn's SimpleImputer, OneHotEncoder, OrdinalEncoder, TargetEncoder, StandardScaler and
MinMaxScaler. NaN is a missing value; an infinite value is an error.

A value that no training row has is missing to \`native\` and \`ordinal\`, \`other\` to \`one_hot\` if some levels are rare, and
the mean of all to \`target_mean\`. Training rows are encoded by \`target_mean\` from the other folds, all other rows from
all training rows. The same code makes features for training, evaluation and prediction.`,
  example: `source flights = csv("flights.csv") {
  schema { date: timestamp, distance: int?, origin: string, late: bool }
}
split parts = holdout(flights) { target: late }
features x = prepare(parts) {
  drop: [date]
  impute { numeric: median }
  encode { origin: one_hot(min_count: 50) }
  scale { numeric: standard }
}`,
  inputs: [{ name: 'parts', accepts: ['split'], doc: 'The split whose training rows it is fitted on.' }],
  params: prepareParams,
  engine: 'duckdb',
  seeded: true,
  guarantee: 'bitwise',
  infer: inferPrepare,
  run: runPrepare,
};
