import type { JsonObject } from '../../../compiler/json.ts';
import { boolean, byColumn, column, described, integer, knownAs, list, number, record, word, type ParamSchema, type RecordSchema } from '../../../compiler/kinds/schema.ts';
import type { EngineParameters, NumberRange, ParameterType, TrainerParameter } from '../../../runtime/trainers/parameters.ts';
import { weightParams } from '../row-weights.ts';
import type { BoostingTrainer } from './boosting-trainer.ts';
import { otherNames } from './other-names.ts';

/** Early stopping as it is written. */
export interface EarlyStoppingParams {
  readonly rounds: number;
  readonly on?: string;
  readonly min_delta: number;
}

/** What of a boosting kind's parameters is not the trainer's. */
export interface BoostingParamsOptions {
  readonly objective: string;
  /** Parameters that no other trainer has, and that are no engine's. */
  readonly own?: Readonly<Record<string, ParamSchema>>;
}

/** The parameters of a kind: what says how to train, then the engine's own under their names and aliases. */
export function boostingParams(trainer: BoostingTrainer, { objective, own = {} }: BoostingParamsOptions): RecordSchema {
  const engine = trainer.parameters.flatMap((parameter) => [parameter.name, ...parameter.aliases].map((name): [string, ParamSchema] => [name, schemaOf(parameter, name)]));
  const params = record({
    rounds: described(integer({ min: 1 }), 'The most rounds; each adds a tree, or one a class.', 100),
    objective: described(word(...new Set(Object.values(trainer.objectives).flat())), objective),
    early_stopping: earlyStopping(trainer),
    ...weightParams,
    ...own,
    ...(trainer.ownCheckpoints === true ? {} : { checkpoint, workers }),
    stream: described(integer({ min: 0 }), 'Makes equal models differ: another stream of random numbers.', 0),
    ...Object.fromEntries(engine),
  });
  return knownAs(params, otherNames(Object.keys(params.properties)));
}

const workers = described(
  integer({ min: 1, max: 64 }),
  'Data parallel training: so many processes share the training rows, and join what they find out after every level of a tree. The number is part of what the model is. One that is killed takes training back to its last checkpoint.',
  1,
);

const checkpoint = described(
  integer({ min: 1 }),
  'Rounds between checkpoints. A training that is killed goes on from the last one, to the same bytes; the number is part of what the model is.',
  100,
);

function earlyStopping({ metrics }: BoostingTrainer): ParamSchema {
  const params = record(
    {
      rounds: described(integer({ min: 1 }), 'Training ends when this many rounds have brought nothing better.'),
      on: described(word(...Object.keys(metrics)), 'The metric of the validation part that is followed; by default log_loss, rmse or ndcg.'),
      min_delta: described(number({ min: 0 }), 'What counts as better.', 0),
    },
    ['rounds'],
  );
  return described(params, 'Ends training by the validation part, and keeps the best round. The model is then chosen by that part.');
}

function schemaOf({ name, type, doc, default: preset }: TrainerParameter, as: string): ParamSchema {
  // An alias has no default: the parameter itself has it.
  return as === name ? described(typeSchema(type), doc, preset) : described(typeSchema(type), `Another name of \`${name}\`.`);
}

function typeSchema(type: ParameterType): ParamSchema {
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
export function withoutAliases({ parameters }: BoostingTrainer, params: JsonObject): { readonly params: JsonObject } | { readonly twice: readonly [string, string] } {
  const renamed: Record<string, JsonObject[string]> = { ...params };
  for (const { name, aliases, default: preset } of parameters) {
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

/** The engine's own parameters among those of a step, as far as they differ from its defaults. */
export function engineParameters({ parameters }: BoostingTrainer, params: JsonObject): EngineParameters {
  const own: Record<string, string | number | boolean> = {};
  for (const { name, default: preset } of parameters) {
    const value = params[name];
    if ((typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') && value !== preset) own[name] = value;
  }
  return own;
}
