import type { Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { described, integer, number, record } from '../../compiler/kinds/schema.ts';
import { hasClasses } from '../../compiler/types.ts';
import { exampleOnPenguins } from '../example.ts';
import { loadFeatures, unseenWarnings } from '../features/load-features.ts';
import { linearResult } from './linear-result.ts';
import { featuresOf, inferModel, SCORED_PARTS } from './scored-model.ts';

/** Logistic regression with an L2 penalty. */
export const logistic: Kind = {
  name: 'logistic',
  keyword: 'model',
  version: 2,
  doc: 'Logistic regression with an L2 penalty, for two classes or more (multinomial), as scikit-learn has it. Missing numbers become the median with an indicator beside them, numbers are standardised and categories taken one level a column, all of it in the model itself. Exported as JSON it has `task`, `classes`, `intercepts` and `terms`, one a feature; each row’s score is the intercept plus what the terms add: a number (x or, where it is missing, `fill`, less `mean`, over `deviation`) · `coefficients`, and the same of `missing` with 1 for a missing value and 0 for any other; a category the coefficients of its level, `missingCoefficients` where it is missing, nothing where it is new. With two classes there is one score, the log-odds of the last; with more, one a class, whose softmax is the probabilities.',
  example: exampleOnPenguins(`model lines = logistic(x) { C: 0.5 }`),
  inputs: [{ name: 'x', accepts: ['features'], doc: 'Features whose target is a class.' }],
  params: record({
    C: described(number({ above: 0 }), 'The inverse of the strength of the penalty: smaller is stronger.', 1),
    max_iter: described(integer({ min: 1 }), 'The most steps of Newton’s method.', 100),
    tol: described(number({ above: 0 }), 'Training ends with a step after which none would change a coefficient by more than this share of the largest, or of 1.', 1e-8),
  }),
  arithmetic: true,
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: (context) => {
    const { split } = featuresOf(context);
    if (hasClasses(split.task)) return inferModel(context, 'high');
    context.report('wrong-task', context.span, { kind: 'logistic', task: split.task, target: split.target.name, instead: 'linear' });
    return undefined;
  },
  run: runLogistic,
};

async function runLogistic(context: RunContext): Promise<RunResult> {
  const { fitLogistic } = await import('./linear/fit-logistic.ts');
  context.progress({ phase: 'reading' });
  const parts = await loadFeatures(context, 'x', { parts: ['train', ...SCORED_PARTS] });
  const { C, max_iter: rounds, tol } = context.step.params as { readonly C: number; readonly max_iter: number; readonly tol: number };
  const fit = fitLogistic({
    train: parts.train,
    C,
    maxIterations: rounds,
    tolerance: tol,
    onIteration: ({ iteration, loss }) => context.progress({ phase: 'training', round: iteration, rounds, metrics: { loss } }),
  });
  return linearResult(context, parts, fit, SCORED_PARTS.flatMap((part) => unseenWarnings(part, parts[part])));
}
