import type { JsonObject } from '../../compiler/json.ts';
import type { Artifact, BlobRef, TableArtifact } from '../../compiler/plan/artifact.ts';
import type { PreviousStep } from '../../compiler/plan/describe-change.ts';
import type { Plan, PlanInput, PlanOutput, PlanStep } from '../../compiler/plan/plan.ts';
import type { Preview, StepPreview } from '../../compiler/plan/preview.ts';
import type { Column } from '../../compiler/types.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';

/** A digest that can be told from others at a glance. */
export function digest(seed: string): string {
  return Buffer.from(seed).toString('hex').padEnd(64, '0').slice(0, 64);
}

function blob(seed: string, bytes: number): BlobRef {
  return { digest: digest(seed), bytes };
}

const place = { span: { file: 'flights.mlp', start: 0, end: 1 }, start: { line: 1, column: 1 } };

/** A step with what a test says of it. */
export function makeStep(step: Partial<PlanStep> & Pick<PlanStep, 'name' | 'keyword' | 'kind'>): PlanStep {
  return {
    place,
    params: {},
    inputs: [],
    roots: [],
    outputs: [],
    after: [],
    guarantee: 'bitwise',
    identity: { kind: step.kind, 'kind-version': '1' },
    fingerprint: digest(`f-${step.name}`),
    ...step,
  };
}

function column(name: string, kind: 'int' | 'string' | 'timestamp' | 'bool', sql: string, nullable = false): Column {
  return { name, type: { kind }, nullable, sql };
}

/** The columns of `legs`. */
export const legsColumns = [column('origin', 'string', 'VARCHAR'), column('distance', 'int', 'SMALLINT', true), column('late', 'bool', 'BOOLEAN')];
const input = (slot: string, step: string, part = 'value', columns?: readonly string[]): PlanInput => ({ slot, step, part, ...(columns === undefined ? {} : { columns }) });
const output = (type: PlanOutput['type'], part = 'value'): PlanOutput => ({ part, type });
const onFeatures = [input('x', 'x'), input('x.split', 'parts'), input('x.table', 'legs', 'value', ['distance', 'late', 'origin'])];
const models = ['gbm', 'linear_odds', 'majority'];
const members = models.map((name, index) => input(`model[${index}]`, name));

/** The steps of a pipeline like `flights.mlp`. */
export const steps: readonly PlanStep[] = [
  makeStep({
    name: 'flights',
    keyword: 'source',
    kind: 'parquet',
    doc: 'Three million flights.',
    roots: [{ path: 'data/flights.parquet', digest: digest('root'), bytes: 13e6 }],
    outputs: [{ part: 'value', type: 'table', columns: legsColumns }, { part: 'quarantine', type: 'table', columns: legsColumns }],
  }),
  makeStep({
    name: 'legs',
    keyword: 'table',
    kind: 'sql',
    inputs: [input('tables[0]', 'flights', 'value', ['delay', 'distance', 'origin'])],
    outputs: [{ part: 'value', type: 'table', columns: legsColumns }],
  }),
  makeStep({ name: 'legs_sane', keyword: 'check', kind: 'expect', inputs: [input('table', 'legs', 'value', ['distance'])], outputs: [output('check')] }),
  makeStep({ name: 'parts', keyword: 'split', kind: 'holdout', inputs: [input('table', 'legs', 'value', ['late'])], outputs: [output('split')], after: ['legs_sane'] }),
  makeStep({ name: 'x', keyword: 'features', kind: 'prepare', inputs: [input('parts', 'parts'), input('parts.table', 'legs', 'value', ['distance', 'origin'])], outputs: [output('features')] }),
  makeStep({ name: 'gbm', keyword: 'model', kind: 'xgboost', doc: 'Trees, many and small, each mending\nwhat those before it got wrong. Deep ones remember too much.\n\nTuned by hand.', guarantee: 'platform', engine: { name: 'xgboost', version: '3.4.1' }, inputs: onFeatures, outputs: [output('model')] }),
  makeStep({ name: 'linear_odds', keyword: 'model', kind: 'logistic', inputs: onFeatures, outputs: [output('model')] }),
  makeStep({ name: 'majority', keyword: 'model', kind: 'baseline', inputs: onFeatures, outputs: [output('model')] }),
  makeStep({ name: 'scores', keyword: 'report', kind: 'evaluate', inputs: members, outputs: [output('report', 'validate'), output('report', 'test')] }),
  makeStep({
    name: 'champion.latency[0]',
    keyword: 'step',
    kind: 'measure_latency',
    guarantee: 'statistical',
    inputs: [input('model', 'gbm')],
    outputs: [output('measure')],
  }),
  makeStep({
    name: 'champion',
    keyword: 'choice',
    kind: 'select',
    guarantee: 'statistical',
    params: { maximize: 'auc', require: {} },
    inputs: [input('report', 'scores', 'validate'), ...members],
    outputs: [output('choice')],
  }),
];

export const plan: Plan = {
  version: 1,
  pipeline: 'flights_delay',
  file: 'pipelines/flights.mlp',
  doc: 'Which flights arrive fifteen or more minutes late?\n\nThree million flights, five features.',
  steps,
};

/** A step of the example, by name. */
export function stepOf(name: string): PlanStep {
  const step = steps.find((one) => one.name === name);
  if (step === undefined) throw new Error(`the example has no step ${name}`);
  return step;
}

/** The preview of a step with what a test says of it. */
export function previewOf(name: string, given: Partial<StepPreview> = {}): StepPreview {
  return { step: stepOf(name), state: 'cached', change: 'unchanged', reasons: [], key: digest(`k-${name}`), estimate: { seconds: 1.25, basis: 'history' }, ...given };
}

const pending = (name: string): StepPreview['reasons'][number] => ({ part: `value:${name}`, before: 'made', after: 'to be made' });

const removed: readonly PreviousStep[] = [
  { name: 'forest', keyword: 'model', kind: 'xgboost', key: digest('k-forest'), fingerprint: digest('f-forest'), parts: {} },
];

/** What a plan looks like after an edit of the query and of a parameter. */
export const edited: Preview = {
  plan,
  removed,
  steps: [
    previewOf('flights'),
    previewOf('legs', {
      state: 'run',
      change: 'changed',
      reasons: [{ part: 'sql', before: 'SELECT origin,\n  delay >= 20 AS late\nFROM flights', after: 'SELECT origin,\n  delay >= 15 AS late\nFROM flights' }],
      estimate: { seconds: 2.31, basis: 'history' },
    }),
    previewOf('legs_sane', { state: 'maybe', reasons: [pending('legs')] }),
    previewOf('parts', { state: 'maybe', reasons: [pending('legs')] }),
    previewOf('x', { state: 'maybe', reasons: [pending('parts'), pending('legs')] }),
    previewOf('gbm', {
      state: 'run',
      change: 'changed',
      reasons: [{ part: 'param:eta', before: '0.1', after: '0.05' }, { part: 'param:max_depth', before: null, after: '{"$range":[3,10]}' }, pending('x')],
      estimate: { seconds: 74.2, basis: 'history' },
    }),
    previewOf('linear_odds', { state: 'run', change: 'added', estimate: { seconds: 2, basis: 'guess' } }),
    previewOf('majority', { state: 'cached', renamedFrom: 'most_frequent' }),
    previewOf('scores', { state: 'run', reasons: [], estimate: { seconds: 0.2, basis: 'guess' } }),
    previewOf('champion.latency[0]', { state: 'maybe', reasons: [pending('gbm')] }),
    previewOf('champion', { state: 'maybe', reasons: [pending('scores'), pending('gbm'), pending('linear_odds'), pending('majority')] }),
  ],
};

/** The same with nothing to do. */
export const unchanged: Preview = { plan, removed: [], steps: steps.map(({ name }) => previewOf(name)) };

const table: TableArtifact = {
  type: 'table',
  rows: 3_000_000,
  columns: legsColumns.map(({ name, sql }) => ({ name, sql, digest: digest(name), nulls: 0 })),
  file: blob('table', 12_345_678),
};

const metrics = (auc: number, logLoss: number | null): JsonObject => ({ accuracy: auc - 0.05, auc, log_loss: logLoss, f1: auc - 0.3 });
const scored = (rows: number, auc: number, logLoss: number | null, optimistic = false): JsonObject => ({
  rows,
  metrics: metrics(auc, logLoss),
  classes: { false: { precision: 0.81, recall: 0.93, f1: 0.866, support: 353_210 }, true: { precision: null, recall: 0, f1: 0, support: 95_606 } },
  confusion: { labels: ['false', 'true'], matrix: [[330_000, 23_210], [80_000, 15_606]] },
  calibration: [
    { from: 0, to: 0.1, rows: 120_400, predicted: 0.071, observed: 0.069 },
    { from: 0.3, to: 0.4, rows: 20_016, predicted: 0.342, observed: 0.401 },
    { from: 0.9, to: 1, rows: 3, predicted: 0.98, observed: 1 },
  ],
  ...(optimistic ? { threshold: 0.21734, level: 0.95, intervals: { accuracy: [0.6512, 0.655], auc: [0.7012, 0.7049], log_loss: null, f1: [0.4, 0.41] } } : {}),
  optimistic,
});

const artifacts: Readonly<Record<string, Readonly<Record<string, Artifact>>>> = {
  flights: { value: table, quarantine: { ...table, rows: 1204 } },
  legs: { value: { ...table, rows: 2_992_108 } },
  legs_sane: {
    value: {
      type: 'check',
      passed: false,
      findings: [
        { what: 'rows', passed: true, expected: '1000..', found: '2992108', message: 'rows: 2992108 (expected 1000..)' },
        {
          what: 'not_null',
          column: 'distance',
          passed: false,
          expected: 'no nulls',
          found: '2 of 2992108 rows are null',
          rows: [17, 4711],
          message: 'not_null distance: 2 of 2992108 rows are null, rows 17, 4711 (expected no nulls)',
        },
      ],
    },
  },
  parts: {
    value: {
      type: 'split',
      task: 'binary',
      rows: 2_992_108,
      codes: blob('codes', 2100),
      classes: ['false', 'true'],
      parts: { train: { rows: 2_094_476, classes: [1_648_312, 446_164] }, validate: { rows: 448_816, classes: [353_210, 95_606] }, test: { rows: 448_816, classes: [353_210, 95_606] } },
    },
  },
  x: {
    value: {
      type: 'features',
      fitted: {
        target: 'late',
        rows: 2_094_476,
        features: [
          { kind: 'number', column: 'distance', type: 'int', impute: 567, scale: { kind: 'standard', mean: 733.02, std: 576.5 } },
          { kind: 'category', column: 'origin', type: 'string', levels: ['ATL', 'SFO'], counts: [2, 3], missing: 7, encoding: { kind: 'one_hot', min_count: 50, other: 'other' } },
        ],
      },
    },
  },
  gbm: {
    value: {
      type: 'model',
      kind: 'xgboost',
      task: 'binary',
      classes: ['false', 'true'],
      model: blob('gbm', 5_123_456),
      summary: {
        rounds: 120,
        bestRound: 100,
        merged: { rows: 316_748, of: 2_094_476 },
        importance: [{ feature: 'origin', gain: 812.4, weight: 900 }, { feature: 'a_feature_with_a_really_long_name', gain: 401.1, weight: 400 }, { feature: 'distance', gain: 3.2, weight: 12 }],
        curve: { validate: { auc: Array.from({ length: 120 }, (_, round) => 0.7 - 0.2 / (round + 1)) } },
      },
      scores: {},
    },
  },
  linear_odds: {
    value: {
      type: 'model',
      kind: 'logistic',
      task: 'binary',
      classes: ['false', 'true'],
      model: blob('linear', 1800),
      summary: { iterations: 8, converged: true, intercepts: [-1.3], coefficients: [{ feature: 'origin', level: 'SFO', coefficient: 0.7012 }, { feature: 'distance', coefficient: -0.0121 }, { feature: 'distance', missing: true, coefficient: 0.00012 }] },
      scores: {},
    },
  },
  majority: { value: { type: 'model', kind: 'baseline', task: 'binary', classes: ['false', 'true'], model: blob('base', 151), summary: { values: [0.21] }, scores: {} } },
  scores: {
    validate: { type: 'report', task: 'binary', models: [scored(448_816, 0.703231, 0.47123, true), scored(448_816, 0.661234, 0.49871), scored(448_816, 0.5, null)] },
    test: { type: 'report', task: 'binary', models: [scored(448_816, 0.70211, 0.47298), scored(448_816, 0.66012, 0.4994), scored(448_816, 0.5, null)] },
  },
  'champion.latency[0]': { value: { type: 'measure', values: { p50: 0.000031, p99: 0.00012, calls: 1000 } } },
  champion: {
    value: {
      type: 'choice',
      chosen: 0,
      candidates: [{ value: 0.703231, rejected: [] }, { value: 0.661234, rejected: ['latency_p99 is 8 ms, above 5 ms', 'size is 21 MB, above 20 MB'] }, { value: 0.5, rejected: [] }],
    },
  },
};

/** What is recorded of a step of the example. */
export function recordOf(name: string, given: Partial<ActionRecord> = {}): ActionRecord {
  const step = stepOf(name);
  const outputs = Object.fromEntries(Object.entries(artifacts[name] ?? {}).map(([part, artifact]) => [part, { digest: digest(`${name}.${part}`), artifact }]));
  return {
    version: 1,
    key: digest(`k-${name}`),
    fingerprint: step.fingerprint,
    kind: step.kind,
    parts: { ...step.identity, seed: '8221360552245020397', 'param:eta': '0.1', 'column:x.table.distance': `SMALLINT:${digest('distance')}`, 'rows:x.table': '2992108', 'value:x': digest('x') },
    outputs,
    blobs: [blob(name, 1_500_000)],
    seconds: 12.3,
    rows: 2_992_108,
    peakMemory: 640e6,
    engines: { xgboost: '3.4.1' },
    warnings: name === 'flights' ? ['1204 of 3000000 rows were put into quarantine'] : [],
    made: '2026-01-31T12:30:05.123Z',
    ...given,
  };
}

/** The records of all steps. */
export const records: ReadonlyMap<string, ActionRecord> = new Map(steps.map(({ name }) => [name, recordOf(name)]));
