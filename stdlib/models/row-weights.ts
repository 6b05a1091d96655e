import { didYouMean } from '../../grammar/index.ts';
import type { InferContext } from '../../compiler/kinds/kind.ts';
import { StepError, type RunContext } from '../../compiler/kinds/run.ts';
import { byName, column, described, either, number, word, type ParamSchema } from '../../compiler/kinds/schema.ts';
import { hasClasses } from '../../compiler/types.ts';
import { loadNumbers } from '../../runtime/data/load-numbers.ts';
import type { Target, TrainerRows } from '../../runtime/data/matrix.ts';
import { featuresOf } from './scored-model.ts';

/** The parameters that say how much training rows count. */
export const weightParams: Readonly<Record<string, ParamSchema>> = {
  weight: described(column(), 'A numeric column: how much each training row counts. It is no feature: drop it.'),
  class_weight: described(
    either(word('balanced'), byName(number({ min: 0 }))),
    'How much training rows count by their class, as in `{ yes: 3 }`; a class that is not named counts 1. `balanced` gives all classes the same weight in all.',
  ),
};

interface WeightValues {
  readonly weight?: { readonly $column: string };
  readonly class_weight?: 'balanced' | Readonly<Record<string, number>>;
}

/** Checks that the weight is no feature and that there are classes to weigh. */
export function checkWeights(context: InferContext): boolean {
  const { features, split } = featuresOf(context);
  const { weight, class_weight: classWeight } = context.params as WeightValues;
  if (weight !== undefined && features.some(({ name }) => name === weight.$column)) {
    context.report('weight-as-feature', context.spanOf(['weight']), { name: weight.$column });
    return false;
  }
  if (classWeight !== undefined && !hasClasses(split.task)) {
    context.report('weight-without-classes', context.spanOf(['class_weight'], 'key'), { target: split.target.name });
    return false;
  }
  return true;
}

/** What a kind with these parameters reads of its table: the features' columns, and the weight. */
export function weightReads(context: InferContext): { readonly reads?: { readonly x: readonly string[] } } {
  const { weight } = context.params as WeightValues;
  return weight === undefined ? {} : { reads: { x: [...featuresOf(context).reads, weight.$column] } };
}

/** Training rows with the weights that the author asked for. `rows` are their places in the table. */
export async function weightRows<R extends TrainerRows>(context: RunContext, train: R, rows: Uint32Array): Promise<R> {
  const { weight, class_weight: classWeight } = context.step.params as WeightValues;
  const { target } = train;
  let weights: Float32Array | undefined;
  if (weight !== undefined) {
    weights = await loadNumbers(context, 'x.table', weight.$column, rows);
    if (weights.some((one) => !(one >= 0 && one < Infinity))) {
      throw new StepError(`the weight \`${weight.$column}\` is missing, negative or infinite in some training rows`, 'filter these rows in SQL, or give them a weight there');
    }
  }
  if (classWeight !== undefined && target.kind === 'classes') {
    const byClass = classWeight === 'balanced' ? balancedWeights(target) : givenWeights(target, classWeight);
    const own = Float32Array.from(target.codes, (code) => byClass[code] ?? 1);
    weights = weights === undefined ? own : weights.map((one, row) => one * (own[row] ?? 1));
  }
  if (weights?.some((one) => one > 0) === false) throw new StepError('no training row has a positive weight', 'look at the weights, and at what they leave');
  return weights === undefined ? train : { ...train, weights };
}

/** rows / (classes · rows of the class), as scikit-learn's `balanced`. */
function balancedWeights({ classes, codes }: Extract<Target, { kind: 'classes' }>): number[] {
  const counts = new Float64Array(classes.length);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return Array.from(counts, (count) => codes.length / (classes.length * Math.max(1, count)));
}

function givenWeights({ classes }: Extract<Target, { kind: 'classes' }>, given: Readonly<Record<string, number>>): number[] {
  const unknown = Object.keys(given).find((label) => !classes.includes(label));
  if (unknown !== undefined) {
    throw new StepError(`\`class_weight\` names \`${unknown}\`, which is no class of the target`, didYouMean(unknown, classes) ?? `its classes are ${classes.slice(0, 12).join(', ')}`);
  }
  return classes.map((label) => given[label] ?? 1);
}
