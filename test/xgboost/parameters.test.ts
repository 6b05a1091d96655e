import { beforeAll, describe, expect, test } from 'vitest';
import { StepError } from '../../compiler/kinds/run.ts';
import { interactionConstraints, monotoneConstraints } from '../../runtime/engines/xgboost/constraints.ts';
import { XGBOOST_METRICS, XGBOOST_OBJECTIVES, XGBOOST_PARAMETERS } from '../../runtime/engines/xgboost/parameters.ts';
import type { EngineParameters, TrainerParameter, TrainerTask } from '../../runtime/trainers/parameters.ts';
import { trainXgboost } from '../../runtime/engines/xgboost/train.ts';
import type { Labelled } from '../../runtime/data/matrix.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { makeLabelled, makeRanked } from '../support/make-labelled.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { engineParameters } from './engine-parameters.ts';
import { LEFT_OUT } from './left-out.ts';
import { predictXgboost } from './predict-xgboost.ts';

let library: string;
beforeAll(async () => {
  library = await engineLibrary('xgboost');
});

const binary = makeLabelled({ rows: 200 });
const multiclass = makeLabelled({ rows: 200, classes: 3 });
const shares = Float64Array.from({ length: 200 }, (_, row) => ((row * 37) % 100) / 100 + 0.001);
const regression: Labelled = { ...binary, target: { kind: 'numbers', values: shares } };
const DATA: Readonly<Record<TrainerTask, Labelled>> = { binary, multiclass, regression, ranking: makeRanked({ rows: 200 }) };

async function train(parameters: EngineParameters, task: TrainerTask = 'regression', metrics: readonly string[] = []) {
  const classes = task === 'multiclass' ? { num_class: 3 } : {};
  return trainXgboost({
    library,
    train: DATA[task],
    validate: DATA[task],
    parameters: { ...classes, ...parameters },
    ...{ rounds: 3, segment: 100, seed: () => 1, evalMetrics: metrics, threads: 1, mergeRows: false },
    checkpoint: memoryCheckpoint(),
  });
}

/** The objective under which XGBoost reads a parameter. */
function objectiveOf({ name }: TrainerParameter): EngineParameters {
  const objectives: Readonly<Record<string, string>> = {
    huber_slope: 'reg:pseudohubererror',
    quantile_alpha: 'reg:quantileerror',
    expectile_alpha: 'reg:expectileerror',
    tweedie_variance_power: 'reg:tweedie',
    scale_pos_weight: 'reg:logistic',
  };
  return { objective: objectives[name] ?? (isOfRanking(name) ? 'rank:ndcg' : 'reg:squarederror') };
}

function isOfRanking(name: string): boolean {
  return name.startsWith('lambdarank_') || name === 'ndcg_exp_gain';
}

/** With a dropout, so that XGBoost reads what goes with it. */
function base(parameter: TrainerParameter): EngineParameters {
  return { ...objectiveOf(parameter), rate_drop: 0.5 };
}

const numbers = XGBOOST_PARAMETERS.flatMap((parameter) =>
  parameter.type.kind === 'number' || parameter.type.kind === 'integer' ? [{ ...parameter, range: parameter.type }] : [],
);

test("the engine's own list of parameters is ours, and what is left out", async () => {
  const offered = XGBOOST_PARAMETERS.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect([...offered, ...Object.values(LEFT_OUT).flat()].sort()).toEqual(await engineParameters(library));
});

describe('XGBoost knows every parameter', () => {
  const names = XGBOOST_PARAMETERS.flatMap((parameter) => [parameter.name, ...parameter.aliases].map((name) => ({ name, parameter })));
  test.each(names)('$name', async ({ name, parameter }) => {
    // It passes over what it does not know, and refuses what it cannot read.
    await expect(train({ ...base(parameter), [name]: '(nonsense' }, isOfRanking(name) ? 'ranking' : 'regression')).rejects.toBeInstanceOf(StepError);
  });
});

test('the defaults are those of XGBoost', async () => {
  const defaults = XGBOOST_PARAMETERS.flatMap(({ name, default: preset }) => (preset === undefined ? [] : [[name, preset] as const]));
  for (const task of ['binary', 'multiclass', 'regression', 'ranking'] as const) {
    const objective = { objective: XGBOOST_OBJECTIVES[task][0] ?? '' };
    expect((await train({ ...Object.fromEntries(defaults), ...objective }, task)).model).toEqual((await train(objective, task)).model);
  }
});

describe('ends of ranges that belong to them are taken', () => {
  const ends = numbers.flatMap(({ range, ...parameter }) =>
    [range.minimum, range.maximum].flatMap((value) => (value === undefined ? [] : [{ name: parameter.name, value, parameter }])),
  );
  test.each(ends)('$name: $value', async ({ name, value, parameter }) => {
    await train({ ...base(parameter), max_leaves: 8, [name]: value }, isOfRanking(name) ? 'ranking' : 'regression');
  });
});

describe.each(['binary', 'multiclass', 'regression', 'ranking'] as const)('%s', (task) => {
  test.each(XGBOOST_OBJECTIVES[task])('%s is trained and gives what scores hold', async (objective) => {
    const alphas = { quantile_alpha: 0.3, expectile_alpha: 0.3 };
    const { model } = await train({ objective, ...alphas }, task);
    const { matrix, target } = DATA[task];
    const classes = target.kind === 'classes' ? { classes: target.classes.length } : {};
    const values = await predictXgboost({ library, model, matrix, threads: 1, ...classes });
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test.each(XGBOOST_METRICS[task])('%s is evaluated', async (metric) => {
    const alphas = { quantile_alpha: 0.3, expectile_alpha: 0.3 };
    const objective =
      metric === 'quantile' || metric === 'expectile' ? `reg:${metric}error` : (XGBOOST_OBJECTIVES[task][0] ?? '');
    const { curve } = await train({ objective, ...alphas, ...(task === 'regression' ? { base_score: 0.4 } : {}) }, task, [metric]);
    expect(Object.values(curve['validate'] ?? {})[0]).toHaveLength(3);
    expect(Object.keys(curve['validate'] ?? {})[0]).toBe(metric);
  });
});

test('constraints are held', async () => {
  const features = binary.matrix.features.map(({ name }) => name);
  const monotone = monotoneConstraints(features, { 'age [years]': -1 });
  expect(monotone).toBe('(-1,0,0)');
  const { model } = await train({ objective: 'binary:logistic', monotone_constraints: monotone }, 'binary');
  const ages = Float64Array.from({ length: 80 }, (_, row) => row);
  const matrix = {
    rows: 80,
    features: binary.matrix.features.map((feature) =>
      feature.kind === 'category' ? { ...feature, codes: new Uint8Array(80) } : { ...feature, values: feature.name === 'day' ? new Uint8Array(80) : ages },
    ),
  };
  const values = await predictXgboost({ library, model, matrix, threads: 1, classes: 2 });
  values.forEach((value, row) => {
    if (row > 0) expect(value).toBeLessThanOrEqual(values[row - 1] as number);
  });
  expect(interactionConstraints(features, [['day', 'city'], ['age [years]']])).toBe('[[2,1],[0]]');
  await train({ objective: 'binary:logistic', interaction_constraints: '[[2,1],[0]]' }, 'binary');
});
