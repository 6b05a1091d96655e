import { describe, expect, it } from 'vitest';
import { planOf, stepOf } from '../support/compile.ts';
import { fakes } from './fakes.ts';

const GROUND = `
source flights = csv("flights.csv") { schema { id: int, delay: int, late: bool }, extra: drop }
split parts = holdout(flights) { target: late }
features x = prepare(parts)
split other = holdout(flights) { target: late, stream: 1 }
features y = prepare(other)
source others = csv("more-flights.csv") { schema { id: int, delay: int, late: bool }, extra: drop }
split far = holdout(others) { target: late }
features z = prepare(far)
`;

/** Which marks a report gets; errors of the data flow are in `errors/data-flow.cases`. */
const cases = [
  { what: 'a model that was chosen by nothing', models: 'model m = logistic(x)', marks: [false, false] },
  { what: 'early stopping', models: 'model m = xgboost(x) { early_stopping { rounds: 3 } }', marks: [true, false] },
  { what: 'calibration', models: 'model a = xgboost(x)\nmodel m = adjust(a) { calibrate: sigmoid }', marks: [true, false] },
  { what: 'a threshold by a rule', models: 'model a = xgboost(x)\nmodel m = adjust(a) { threshold: max_f1 }', marks: [true, false] },
  { what: 'a threshold that is given', models: 'model a = xgboost(x)\nmodel m = adjust(a) { threshold: 30% }', marks: [false, false] },
  { what: 'a threshold that is given to what was stopped early', models: 'model a = xgboost(x) { early_stopping { rounds: 3 } }\nmodel m = adjust(a) { threshold: 30% }', marks: [true, false] },
  { what: 'without early stopping', models: 'model m = xgboost(x)', marks: [false, false] },
  { what: 'a model made from one that was chosen by validation rows', models: 'model a = xgboost(x) { early_stopping { rounds: 3 } }\nmodel m = claiming(x, a)', marks: [true, false] },
  { what: 'chosen by validation rows of another split that shares rows', models: 'model m = claiming(x, a)\nmodel a = claiming(y, y) { chose: [validate] }', marks: [true, true] },
  { what: 'chosen by validation rows of another split of other rows', models: 'model m = claiming(x, a)\nmodel a = claiming(z, z) { chose: [validate] }', marks: [false, false] },
];

describe('a score is marked optimistic', () => {
  it.each(cases)('$what: $marks', async ({ models, marks }) => {
    const plan = await planOf(`${GROUND}${models}\nreport scores = evaluate(m)`, { registry: fakes });
    expect(stepOf(plan, 'scores').params['optimistic']).toEqual({ validate: [marks[0]], test: [marks[1]] });
  });
});
