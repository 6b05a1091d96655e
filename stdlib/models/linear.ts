import type { Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { described, number, record } from '../../compiler/kinds/schema.ts';
import { hasClasses } from '../../compiler/types.ts';
import { loadFeatures, unseenWarnings } from '../features/load-features.ts';
import { linearResult } from './linear-result.ts';
import { featuresOf, inferModel, SCORED_PARTS } from './scored-model.ts';

/** Linear regression by least squares. */
export const linear: Kind = {
  name: 'linear',
  keyword: 'model',
  version: 2,
  doc: 'Linear regression by least squares, as scikit-learn’s LinearRegression, or Ridge with a penalty. Missing numbers become the median with an indicator beside them, numbers are standardised and categories taken one level a column, all of it in the model itself. Exported as JSON it has `task`, `classes`, `intercepts` and `terms`, one a feature; each row’s score is the intercept plus what the terms add: a number (x or, where it is missing, `fill`, less `mean`, over `deviation`) · `coefficients`, and the same of `missing` with 1 for a missing value and 0 for any other; a category the coefficients of its level, `missingCoefficients` where it is missing, nothing where it is new. The score is the prediction.',
  example: `
source birds = json("npm:vega-datasets/data/penguins.json") {
  schema { "Body Mass (g)": float, "Flipper Length (mm)": float? }
  extra: drop
  invalid: drop
}
split parts = holdout(birds) { target: "Body Mass (g)" }
features x = prepare(parts)
model line = linear(x)
`,
  inputs: [{ name: 'x', accepts: ['features'], doc: 'Features whose target is a number.' }],
  params: record({
    alpha: described(number({ min: 0 }), 'The strength of the L2 penalty, as in Ridge; 0 is none.', 0),
  }),
  arithmetic: true,
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: (context) => {
    const { split } = featuresOf(context);
    if (!hasClasses(split.task)) return inferModel(context, 'high');
    context.report('wrong-task', context.span, { kind: 'linear', task: split.task, target: split.target.name, instead: 'logistic' });
    return undefined;
  },
  run: runLinear,
};

async function runLinear(context: RunContext): Promise<RunResult> {
  const { fitLinear } = await import('./linear/fit-linear.ts');
  context.progress({ phase: 'reading' });
  const parts = await loadFeatures(context, 'x', { parts: ['train', ...SCORED_PARTS] });
  context.progress({ phase: 'training' });
  const fit = fitLinear({ train: parts.train, alpha: context.step.params['alpha'] as number });
  return linearResult(context, parts, fit, SCORED_PARTS.flatMap((part) => unseenWarnings(part, parts[part])));
}
