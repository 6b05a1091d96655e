import type { InferContext, Inferred } from '../../../compiler/kinds/kind.ts';
import type { JsonObject } from '../../../compiler/json.ts';
import { described, integer, list, number, word, type ParamSchema } from '../../../compiler/kinds/schema.ts';
import type { Shape } from '../../../runtime/networks/description.ts';
import { ACTIVATIONS } from '../../../runtime/networks/description.ts';
import { featuresOf } from '../scored-model.ts';
import { inferNetwork } from './infer-network.ts';
import type { Call } from './layer-params.ts';

/** How a preset makes layers of a few parameters, which these replace in the plan. */
export interface Preset {
  /** Its own parameters. */
  readonly own: readonly string[];
  /** The one that what is wrong with the layers is told of. */
  readonly main: string;
  /** The array is that of the features, if they have one. */
  readonly layers: (params: JsonObject, array: Shape | undefined) => readonly Call[];
}

/** The type of a preset, which is that of a network with the layers that it makes. */
export function inferPreset(context: InferContext, { own, main, layers }: Preset): Inferred | undefined {
  const array = featuresOf(context).features.find(({ shape }) => shape !== undefined)?.shape;
  const training = Object.fromEntries(Object.entries(context.params).filter(([key]) => !own.includes(key)));
  return inferNetwork({
    ...context,
    params: { ...training, layers: layers(context.params, array) },
    spanOf: (path, part) => (path[0] === 'layers' ? context.spanOf([main]) : context.spanOf(path, part)),
  });
}

/** The parameter that names the dense layers before the answer. */
export function unitsParam(units: readonly number[]): ParamSchema {
  return described(list(integer({ min: 1 })), 'Units of the dense layers before the answer, one after the other.', units);
}

/** The parameter that names what hidden layers are activated by. */
export const activationParam = described(word(...ACTIVATIONS), 'Of these layers.', 'relu');

/** The parameter for dropout. */
export function dropoutParam(rate: number): ParamSchema {
  return described(number({ min: 0, below: 1 }), 'The share of values that training leaves out before each dense layer and the answer; 0 is none.', rate);
}

/** Dense layers, with dropout before each and before the answer. */
export function denseLayers({ units, activation, dropout }: JsonObject): readonly Call[] {
  const left = leftOut(dropout as number);
  return [...left, ...(units as readonly number[]).flatMap((count): readonly Call[] => [{ $call: 'dense', units: count, activation: activation as string }, ...left])];
}

function leftOut(rate: number): readonly Call[] {
  return rate === 0 ? [] : [{ $call: 'dropout', rate }];
}
