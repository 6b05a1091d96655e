import type { Kind, Registry } from '../compiler/kinds/kind.ts';
import { expect } from './checks/expect.ts';
import { select } from './choices/select.ts';
import { bag } from './ensembles/bag.ts';
import { outOfFold } from './ensembles/out-of-fold.ts';
import { seeds } from './ensembles/seeds.ts';
import { stack } from './ensembles/stack.ts';
import { vote } from './ensembles/vote.ts';
import { prepare } from './features/prepare.ts';
import { adjust } from './models/adjust.ts';
import { baseline } from './models/baseline.ts';
import { cnn } from './models/cnn.ts';
import { extraTrees } from './models/extra-trees.ts';
import { catboost } from './models/catboost.ts';
import { lightgbm } from './models/lightgbm.ts';
import { linear } from './models/linear.ts';
import { logistic } from './models/logistic.ts';
import { measureLatency } from './models/measure-latency.ts';
import { mlp } from './models/mlp.ts';
import { network } from './models/network.ts';
import { randomForest } from './models/random-forest.ts';
import { rnn } from './models/rnn.ts';
import { xgboost } from './models/xgboost.ts';
import { predict } from './predictions/predict.ts';
import { evaluate } from './reports/evaluate.ts';
import { arrow } from './sources/arrow.ts';
import { csv } from './sources/csv.ts';
import { images } from './sources/images.ts';
import { json } from './sources/json.ts';
import { ndjson } from './sources/ndjson.ts';
import { parquet } from './sources/parquet.ts';
import { bootstrap } from './splits/bootstrap.ts';
import { byTime } from './splits/by-time.ts';
import { fold } from './splits/fold.ts';
import { holdout } from './splits/holdout.ts';
import { sequences } from './tables/sequences.ts';
import { sql } from './tables/sql.ts';

/** The one list of the kinds of the standard library. */
const kinds: readonly Kind[] = [
  arrow,
  csv,
  images,
  json,
  ndjson,
  parquet,
  sql,
  sequences,
  expect,
  holdout,
  byTime,
  prepare,
  xgboost,
  lightgbm,
  catboost,
  randomForest,
  extraTrees,
  network,
  mlp,
  cnn,
  rnn,
  logistic,
  linear,
  baseline,
  adjust,
  stack,
  vote,
  bag,
  seeds,
  evaluate,
  select,
  measureLatency,
  fold,
  bootstrap,
  outOfFold,
  predict,
];

/** The standard library, by name. */
export const registry: Registry = new Map(kinds.map((kind) => [kind.name, kind]));
