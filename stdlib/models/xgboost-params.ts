import type { JsonObject } from '../../compiler/json.ts';
import { boolean, byColumn, column, described, either, integer, list, number, record, word, type ParamSchema, type RecordSchema } from '../../compiler/kinds/schema.ts';
import type { Task } from '../../compiler/types.ts';
import { XGBOOST_OBJECTIVES, XGBOOST_PARAMETERS, type NumberRange, type XgboostParameter } from '../../runtime/engines/xgboost/parameters.ts';
import { weightParams } from './row-weights.ts';

/** Our names of the metrics that XGBoost evaluates, with its names by task. */
const METRICS: Readonly<Record<string, Partial<Record<Task, string>>>> = {
  auc: { binary: 'auc', multiclass: 'auc' },
  auc_pr: { binary: 'aucpr', multiclass: 'aucpr' },
  log_loss: { binary: 'logloss', multiclass: 'mlogloss' },
  accuracy: { binary: 'error', multiclass: 'merror' },
  rmse: { regression: 'rmse' },
  mae: { regression: 'mae' },
  mape: { regression: 'mape' },
};

/** Our names of the metrics that training can follow for a task; the first is the default. */
export function followedMetrics(task: Task): string[] {
  const names = Object.keys(METRICS).filter((name) => METRICS[name]?.[task] !== undefined);
  const preferred = task === 'regression' ? 'rmse' : 'log_loss';
  return [preferred, ...names.filter((name) => name !== preferred)];
}

/** XGBoost's name of one of our metrics, for a task. Of accuracy it evaluates the complement, the error. */
export function engineMetric(name: string, task: Task): string | undefined {
  return METRICS[name]?.[task];
}

const objectives = [...new Set(Object.values(XGBOOST_OBJECTIVES).flat())];

/** One of XGBoost's metrics under our name: of its error, the accuracy. */
export function ourMetric(name: string, value: number): readonly [string, number] {
  const own = Object.keys(METRICS).find((key) => Object.values(METRICS[key] ?? {}).includes(name)) ?? name;
  return [own, own === 'accuracy' ? 1 - value : value];
}

/** The parameters of the kind: what says how to train, then XGBoost's own under their names and aliases. */
export const xgboostParams: RecordSchema = record({
  rounds: described(integer({ min: 1 }), 'The most rounds; each adds a tree, or one a class.', 100),
  objective: described(word(...objectives), 'What is minimised; by default that of the task: squared error, or the likelihood of the classes.'),
  early_stopping: described(
    record(
      {
        rounds: described(integer({ min: 1 }), 'Training ends when this many rounds have brought nothing better.'),
        on: described(word(...Object.keys(METRICS)), 'The metric of the validation part that is followed; by default log_loss or rmse.'),
        min_delta: described(number({ min: 0 }), 'What counts as better.', 0),
      },
      ['rounds'],
    ),
    'Ends training by the validation part, and keeps the best round. The model is then chosen by that part.',
  ),
  ...weightParams,
  merge_rows: described(
    either(word('auto'), boolean()),
    'Whether training rows that are equal in features and target become one with a weight: the same but for rounding, and much faster. `auto` does so where nothing is sampled and it pays.',
    'auto',
  ),
  checkpoint: described(
    integer({ min: 1 }),
    'Rounds between checkpoints. A training that is killed goes on from the last one, to the same bytes; the number is part of what the model is.',
    100,
  ),
  stream: described(integer({ min: 0 }), 'Makes equal models differ: another stream of random numbers.', 0),
  ...Object.fromEntries(XGBOOST_PARAMETERS.flatMap((parameter) => [parameter.name, ...parameter.aliases].map((name) => [name, schemaOf(parameter, name)]))),
});

function schemaOf({ name, type, doc, default: preset }: XgboostParameter, as: string): ParamSchema {
  // An alias has no default: the parameter itself has it.
  return as === name ? described(typeSchema(type), doc, preset) : described(typeSchema(type), `Another name of \`${name}\`.`);
}

function typeSchema(type: XgboostParameter['type']): ParamSchema {
  switch (type.kind) {
    case 'number':
      return number(limits(type));
    case 'integer':
      return integer(limits(type));
    case 'boolean':
      return boolean();
    case 'enum':
      return word(...type.values);
    case 'monotone':
      return byColumn(integer({ min: -1, max: 1 }));
    case 'interactions':
      return list(list(column(), { min: 1 }));
  }
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: NumberRange) {
  return {
    ...(minimum === undefined ? {} : { min: minimum }),
    ...(maximum === undefined ? {} : { max: maximum }),
    ...(exclusiveMinimum === undefined ? {} : { above: exclusiveMinimum }),
    ...(exclusiveMaximum === undefined ? {} : { below: exclusiveMaximum }),
  };
}

/** Parameters with aliases under their own names. Given under both, the name that was written twice. */
export function withoutAliases(params: JsonObject): { readonly params: JsonObject } | { readonly twice: readonly [string, string] } {
  const renamed: Record<string, JsonObject[string]> = { ...params };
  for (const { name, aliases, default: preset } of XGBOOST_PARAMETERS) {
    for (const alias of aliases) {
      const value = renamed[alias];
      if (value === undefined) continue;
      if (renamed[name] !== undefined && renamed[name] !== preset) return { twice: [name, alias] };
      renamed[name] = value;
      delete renamed[alias];
    }
  }
  return { params: renamed };
}

/** XGBoost's own parameters among those of a step, as far as they differ from its defaults. */
export function engineParameters(params: JsonObject): Record<string, string | number | boolean> {
  const own: Record<string, string | number | boolean> = {};
  for (const { name, default: preset } of XGBOOST_PARAMETERS) {
    const value = params[name];
    if ((typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') && value !== preset) own[name] = value;
  }
  return own;
}
