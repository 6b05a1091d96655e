import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { StepError } from '../../compiler/kinds/run.ts';
import type { Labelled, Matrix } from '../../runtime/data/matrix.ts';
import { trainLightgbm } from '../../runtime/engines/lightgbm/train.ts';
import { trainXgboost } from '../../runtime/engines/xgboost/train.ts';
import { divideRows, limitLevels } from '../../runtime/trainers/workers/divide-rows.ts';
import { WORKER_ARGUMENT } from '../../runtime/trainers/workers/messages.ts';
import { trainOnWorkers } from '../../runtime/trainers/workers/train-on-workers.ts';
import type { TrainedModel, TrainRequest } from '../../runtime/trainers/training.ts';
import { describeOnLinux, isAlive, until, workersOf } from '../end-to-end/processes.ts';
import { newProject, WORKER } from '../end-to-end/program.ts';
import { predictLightgbm } from '../lightgbm/predict-lightgbm.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { makeLabelled, makeRanked } from '../support/make-labelled.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { predictXgboost } from '../xgboost/predict-xgboost.ts';

type Request = Omit<TrainRequest, 'library' | 'checkpoint'> & Partial<Pick<TrainRequest, 'checkpoint'>>;

/** The engines whose workers share a training, and how each trains alone and predicts. */
const ENGINES = [
  {
    engine: 'xgboost' as const,
    objective: 'binary:logistic',
    rankings: 'rank:ndcg',
    metric: 'logloss',
    alone: (request: TrainRequest) => trainXgboost({ ...request, mergeRows: false }),
    predict: (library: string, { model }: TrainedModel, matrix: Matrix, classes?: number) => predictXgboost({ library, model, matrix, threads: 1, ...(classes === undefined ? {} : { classes }) }),
  },
  {
    engine: 'lightgbm' as const,
    objective: 'binary',
    rankings: 'lambdarank',
    metric: 'binary_logloss',
    alone: trainLightgbm,
    predict: (library: string, { model }: TrainedModel, matrix: Matrix, classes?: number) => predictLightgbm({ library, model, matrix, threads: 1, ...(classes === undefined ? {} : { classes }) }),
  },
];

/** Of few different values, so that every worker cuts features where one with all rows does. */
const train = makeLabelled({ rows: 2000, discrete: true });
const validate = makeLabelled({ rows: 500, seed: 2, discrete: true });

describe.each(ENGINES)('workers of $engine', ({ engine, objective, rankings, metric, alone, predict }) => {
  let library: string;
  beforeAll(async () => {
    library = await engineLibrary(engine);
  });

  const request = (more: Partial<Request> = {}): TrainRequest => ({
    library,
    train,
    validate,
    parameters: { objective, max_depth: 3 },
    rounds: 12,
    segment: 5,
    seed: (segment) => 7 + segment,
    evalMetrics: [metric],
    threads: 2,
    checkpoint: memoryCheckpoint(),
    ...more,
  });
  const shared = (more: Partial<Request> = {}, workers = 2) => trainOnWorkers(request(more), { engine, workers, program: WORKER });

  it.each([2, 3])('%i of them learn what one does with all rows, and the same each time', async (workers) => {
    // LightGBM begins with the mean of what each worker would begin with, and of categories that it sorts, equal ones stand in the order of one worker's counts.
    const parameters = { objective, max_depth: 3, ...(engine === 'lightgbm' ? { min_data_in_bin: 1, boost_from_average: false, max_cat_to_onehot: 10 } : {}) };
    const [one, some, again] = [await alone(request({ parameters })), await shared({ parameters }, workers), await shared({ parameters }, workers)];
    expect(Buffer.from(some.model).equals(again.model)).toBe(true);
    expect(some.curve).toEqual(again.curve);
    expect(some.rounds).toBe(12);
    const values = await Promise.all([one, some].map((trained) => predict(library, trained, validate.matrix, 2)));
    values[0]?.forEach((value, row) => expect(Math.abs(value - (values[1]?.[row] ?? NaN)), `row ${row}`).toBeLessThan(1e-5));
    one.curve['validate']?.[metric]?.forEach((value, round) => expect(some.curve['validate']?.[metric]?.[round]).toBeCloseTo(value, 5));
    // A split whose gain is next to nothing may be there or not.
    some.importance.forEach(({ weight }, at) => expect(Math.abs(weight - (one.importance[at]?.weight ?? NaN))).toBeLessThanOrEqual(1));
  });

  it('stop early together, by the validation rows that all of them see', async () => {
    const noisy = makeLabelled({ rows: 600, seed: 5 });
    const { rounds, bestRound, curve } = await shared({ train: noisy, rounds: 300, parameters: { objective, learning_rate: 0.5 }, earlyStopping: { rounds: 5, metric } });
    expect(rounds).toBe(bestRound + 5);
    expect(rounds).toBeLessThan(300);
    expect(curve['validate']?.[metric]).toHaveLength(rounds);
  });

  it('rank whole queries', async () => {
    const ranked = makeRanked({ rows: 1500, classes: 3 });
    const trained = await shared({ train: ranked, validate: ranked, parameters: { objective: rankings, max_depth: 3 }, evalMetrics: ['ndcg@5'] });
    const curve = trained.curve['validate']?.['ndcg@5'] ?? [];
    expect(curve.at(-1)).toBeGreaterThan((curve[0] ?? NaN) + 0.02);
  });

  it('say what the engine refuses', async () => {
    await expect(shared({ parameters: { objective: 'no such thing' } })).rejects.toBeInstanceOf(StepError);
    await expect(shared({ train: makeLabelled({ rows: 1 }) })).rejects.toThrow('there are 1 training rows for 2 workers');
    const [query] = divideRows(makeRanked({ rows: 40 }), 40);
    await expect(shared({ train: query ?? train, parameters: { objective: rankings } })).rejects.toThrow('there are 1 queries in the training rows for 2 workers');
  });

  it('that cannot be started are an error', async () => {
    await expect(trainOnWorkers(request(), { engine, workers: 2, program: '/none/of/this.js' })).rejects.toThrow('a worker of the training ended with exit code 1');
  });

  describeOnLinux('that are killed', () => {
    /** The processes of workers that this one has. */
    const trainers = (): number[] => workersOf(process.pid).filter((pid) => isAlive(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(WORKER_ARGUMENT));

    it.each([0, 1])('take training back to its last checkpoint: number %i of two', async (number) => {
      const undisturbed = await shared();
      const saved: Uint8Array[] = [];
      const rounds: number[] = [];
      let struck = false;
      const trained = await shared({
        checkpoint: memoryCheckpoint(saved),
        onRound: ({ round }) => {
          rounds.push(round);
          if (struck || saved.length === 0) return;
          struck = true;
          const victim = trainers()[number];
          if (victim === undefined) throw new Error('there is no worker to be killed');
          process.kill(victim, 'SIGKILL');
        },
      });
      expect(struck).toBe(true);
      expect(Buffer.from(trained.model).equals(undisturbed.model)).toBe(true);
      expect(trained.curve).toEqual(undisturbed.curve);
      // From the last checkpoint, not from the beginning: the fifth round was the first that was kept.
      expect(rounds.filter((round) => round === 1)).toHaveLength(1);
      expect(trainers()).toEqual([]);
    });
  });
});

describe('rows are dealt out', () => {
  const numbered = (rows: number, queries?: readonly number[]): Labelled => ({
    matrix: { rows, features: [{ kind: 'numeric', name: 'n', values: Uint32Array.from({ length: rows }, (_, row) => row) }] },
    target: { kind: 'numbers', values: Float64Array.from({ length: rows }, (_, row) => row), ...(queries === undefined ? {} : { queries: Uint32Array.from(queries) }) },
    weights: Float32Array.from({ length: rows }, (_, row) => row),
  });
  const numbersOf = ({ matrix }: Labelled): number[] => matrix.features.flatMap((feature) => (feature.kind === 'numeric' ? Array.from(feature.values) : []));

  it('each once, in turn, with truth and weights', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 6 }), (rows, workers) => {
        const dealt = divideRows(numbered(rows), workers);
        expect(dealt.flatMap(numbersOf).sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, row) => row));
        for (const own of dealt) {
          expect(Array.from(own.weights ?? [])).toEqual(numbersOf(own));
          expect(own.target.kind === 'numbers' && Array.from(own.target.values)).toEqual(numbersOf(own));
          expect(Math.abs(own.matrix.rows - rows / workers)).toBeLessThan(1);
        }
      }),
    );
  });

  it('of a ranking query by query', () => {
    const dealt = divideRows(numbered(7, [4, 4, 5, 8, 8, 8, 9]), 2);
    expect(dealt.map(numbersOf)).toEqual([[0, 1, 3, 4, 5], [2, 6]]);
  });

  it('and categories after all that were learnt are missing', () => {
    const levels = ['a', 'b', 'c', 'd'];
    const rows = (codes: readonly number[]): Labelled => ({ matrix: { rows: codes.length, features: [{ kind: 'category', name: 'c', codes: Uint8Array.from(codes), levels, oneHot: false }] }, target: { kind: 'numbers', values: new Float64Array(codes.length) } });
    const [feature] = limitLevels(rows([0, 1, 2, 3, 255]), rows([0, 2, 255])).matrix.features;
    expect(feature?.kind === 'category' && Array.from(feature.codes)).toEqual([0, 1, 2, 255, 255]);
  });
});

describeOnLinux('workers of a program that is killed', () => {
  it('end with it', async () => {
    const rows = Array.from({ length: 4000 }, (_, row) => `${row % 97},${row % 89},${row % 2 === 0}`);
    const project = newProject({
      'p.mlp': `
source rows = csv("rows.csv") { schema { a: int, b: int, y: bool } }
split parts = holdout(rows) { target: y }
features x = prepare(parts)
model trees = xgboost(x) { rounds: 100000, workers: 2 }
`,
      'rows.csv': ['a,b,y', ...rows].join('\n'),
    });
    const program = project.start(['apply', 'p.mlp', '--json']);
    const children = (pid: number | undefined): number[] => (pid === undefined ? [] : workersOf(pid));
    let trainers: number[] = [];
    await until(() => (trainers = children(program.pid).flatMap(children)).length === 2);
    const ended = new Promise((resolve) => program.once('close', resolve));
    program.kill('SIGKILL');
    await ended;
    await until(() => !trainers.some(isAlive));
  });
});
