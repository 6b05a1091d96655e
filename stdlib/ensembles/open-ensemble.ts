import type { StoredModel } from '../../compiler/plan/artifact.ts';
import type { Matrix } from '../../runtime/data/matrix.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import type { LoadingContext, OpenPredictor, Predictor } from '../models/predictor.ts';
import { combine, type Combination } from './combine.ts';
import { metaMatrix, predictionNames } from './meta-features.ts';

/** What an ensemble keeps beside its members. */
export type EnsembleRecipe = Combination | StackRecipe;

/** Of a stack: whether the meta model sees the features beside the predictions. */
export interface StackRecipe {
  readonly how: 'meta';
  readonly passThrough: boolean;
}

/** The bytes of a recipe: readable JSON. */
export function encodeRecipe(recipe: EnsembleRecipe): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(recipe, undefined, 1)}\n`);
}

/** Reads what `encodeRecipe` made. */
export function decodeRecipe(bytes: Uint8Array): EnsembleRecipe {
  return JSON.parse(new TextDecoder().decode(bytes)) as EnsembleRecipe;
}

interface Opening {
  /** One for each set of features. */
  readonly templates: readonly Matrix[];
  readonly open: OpenPredictor;
}

/** Loads an ensemble: its members, and what makes one prediction of theirs. */
export async function openEnsemble(context: LoadingContext, model: StoredModel, { templates, open }: Opening): Promise<Predictor> {
  const recipe = decodeRecipe(await context.readBlob(model.model.digest));
  const opened: Predictor[] = [];
  const close = (): void => opened.forEach((one) => one.close());
  try {
    const takers = (model.members ?? []).map(({ features }) => <T>(sets: readonly T[]): readonly T[] => features?.map((set) => sets[set]!) ?? sets);
    for (const [index, member] of (model.members ?? []).entries()) opened.push(await open(context, member, takers[index]!(templates)));
    const members = [...opened];
    const finish = recipe.how === 'meta' ? await openMeta(context, model, { recipe, members, takers, templates, open, keep: (meta) => opened.push(meta) }) : combining(recipe, model);
    return {
      predict: async (sets) => {
        const values: Scores['values'][] = [];
        for (const [index, member] of members.entries()) values.push(await member.predict(takers[index]!(sets)));
        return finish.predict(values, sets);
      },
      predictRow: (sets) => finish.predictRow(members.map((member, index) => Float64Array.from(member.predictRow(takers[index]!(sets)))), sets),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Makes one prediction of those of the members. */
interface Finish {
  readonly predict: (members: readonly Scores['values'][], sets: readonly Matrix[]) => ReturnType<Predictor['predict']>;
  readonly predictRow: (members: readonly Float64Array[], sets: readonly ArrayLike<number>[]) => ArrayLike<number>;
}

function combining(recipe: Combination, model: StoredModel): Finish {
  const predict = (members: readonly Scores['values'][]): Float64Array => combine(recipe, model, members);
  return { predict, predictRow: predict };
}

interface OpeningMeta extends Opening {
  readonly recipe: StackRecipe;
  readonly members: readonly Predictor[];
  readonly takers: readonly (<T>(sets: readonly T[]) => readonly T[])[];
  /** Takes the meta model, to be closed with the members. */
  readonly keep: (meta: Predictor) => void;
}

async function openMeta(context: LoadingContext, model: StoredModel, { recipe, members, takers, templates, open, keep }: OpeningMeta): Promise<Finish> {
  if (model.meta === undefined) throw new Error('the stack has no meta model');
  const none: Scores['values'][] = [];
  const empty = templates.map((template) => noRows(template));
  for (const [index, member] of members.entries()) none.push(await member.predict(takers[index]!(empty)));
  const passed = (sets: readonly Matrix[]): Matrix | undefined => (recipe.passThrough ? sets[0] : undefined);
  const template = metaMatrix(none, model, passed(empty));
  const meta = await open(context, model.meta, [template]);
  keep(meta);
  const order = columnOrder(template, model, passed(templates));
  const row = new Float64Array(order.length);
  return {
    predict: (values, sets) => meta.predict([metaMatrix(values, model, passed(sets))]),
    predictRow: (values, sets) => {
      order.forEach(({ member, at }, place) => (row[place] = (member === undefined ? sets[0]! : values[member]!)[at]!));
      return meta.predictRow([row]);
    },
  };
}

/** Where each of a meta model's features comes from: a member's prediction, or a feature that is passed through. */
function columnOrder({ features }: Matrix, model: StoredModel, passed: Matrix | undefined): { readonly member?: number; readonly at: number }[] {
  const places = new Map<string, { readonly member?: number; readonly at: number }>();
  passed?.features.forEach(({ name }, at) => places.set(name, { at }));
  model.members?.forEach((_, member) => predictionNames(member, model).forEach((name, at) => places.set(name, { member, at })));
  return features.map(({ name }) => places.get(name)!);
}

function noRows(template: Matrix): Matrix {
  return { rows: 0, features: template.features.map((feature) => (feature.kind === 'category' ? { ...feature, codes: feature.codes.subarray(0, 0) } : { ...feature, values: feature.values.subarray(0, 0) })) };
}
