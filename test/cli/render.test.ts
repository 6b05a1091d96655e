import { describe, expect, it } from 'vitest';
import { choiceJson, renderCandidates, renderCheck } from '../../apps/cli/render/check-view.ts';
import { featuresJson, renderFeatures } from '../../apps/cli/render/features-view.ts';
import { renderModel } from '../../apps/cli/render/model-view.ts';
import { renderPlan, renderShortPlan } from '../../apps/cli/render/plan-view.ts';
import { advance, advanceFetch, noProgress, renderFinished, renderLive } from '../../apps/cli/render/progress.ts';
import { renderReport, reportJson } from '../../apps/cli/render/report-view.ts';
import { renderSplit, splitJson } from '../../apps/cli/render/split-view.ts';
import { renderSteps } from '../../apps/cli/render/steps-view.ts';
import { describeChoice, renderSummary, type Summary } from '../../apps/cli/render/summary.ts';
import { renderTableView } from '../../apps/cli/render/table-view.ts';
import { renderFileTests, type FinishedTest } from '../../apps/cli/render/tests-view.ts';
import { displayWidth, docLines, type View } from '../../apps/cli/render/text.ts';
import { renderWhy } from '../../apps/cli/render/why-view.ts';
import type { Artifact } from '../../compiler/plan/artifact.ts';
import type { TableTest } from '../../compiler/tests/table-test.ts';
import type { Preview } from '../../compiler/plan/preview.ts';
import type { RunEvent } from '../../runtime/events.ts';
import type { FittedFeatures } from '../../stdlib/features/fitted.ts';
import { edited, legsColumns, makeStep, plan, previewOf, recordOf, records, stepOf, unchanged } from './example.ts';
import { expectGolden, viewOf } from './golden.ts';

function artifactOf<T extends Artifact['type']>(name: string, type: T): Extract<Artifact, { type: T }> {
  const artifact = recordOf(name).outputs['value']?.artifact;
  if (artifact?.type !== type) throw new Error(`${name} is no ${type}`);
  return artifact as Extract<Artifact, { type: T }>;
}

const summary: Summary = { plan, file: 'pipelines/flights.mlp', result: { state: 'done', seconds: 101.2, ran: 9, cached: 2, failed: 0, damaged: false, refused: false }, records, store: '.mlp/store' };
const failed: Summary = { ...summary, result: { ...summary.result, state: 'failed', failed: 1 }, records: new Map([...records].slice(0, 4)) };

const many: Preview = {
  plan,
  removed: [],
  steps: Array.from({ length: 60 }, (_, index) => ({
    ...previewOf('gbm'),
    step: makeStep({ name: `model_of_region_number.${index}`, keyword: 'model', kind: 'xgboost', outputs: [{ part: 'value', type: 'model' }], ...(index === 3 ? { fusedInto: 'other' } : index === 4 ? { sameAs: 'model_of_region_number.1' } : {}) }),
    state: index % 3 === 0 ? ('run' as const) : ('cached' as const),
    reasons: index % 6 === 0 ? [{ part: 'column:legs.distance', before: 'a', after: 'b' }, { part: 'column:legs.origin', before: 'a', after: 'b' }, { part: 'rows:legs', before: '3000000', after: '2999999' }] : [],
  })),
};

const table = {
  rows: 2_992_108,
  columns: [
    { name: 'origin', type: 'VARCHAR', shownType: 'string', nulls: 0, distinct: 229, min: 'ABE', max: 'YUM', top: [{ value: 'ATL', count: 183_201 }, { value: 'a\u001b[31mred\nline', count: 99_999 }] },
    { name: 'distance', type: 'SMALLINT', shownType: 'int?', nulls: 12, distinct: 1352, min: 11, max: 4962, mean: 733.0212345, quantiles: [371, 571, 957], histogram: [900_000, 1_200_000, 500_000, 200_000, 90_000, 50_000, 30_000, 9000, 800, 20, 0, 1] },
    { name: 'a long name of a column in 日本語', type: 'BIGINT', shownType: 'int', nulls: 0, distinct: 3, min: 1, max: '9007199254740993', mean: 3 },
    { name: 'inner', type: 'STRUCT(a INTEGER)', shownType: 'struct(a: int?)', nulls: 0 },
  ],
  head: [
    { origin: 'ATL', distance: 712, 'a long name of a column in 日本語': '9007199254740993', inner: { a: 1 } },
    { origin: 'a\u001b[31mred\nline', distance: null, 'a long name of a column in 日本語': 1, inner: { a: null } },
  ],
};

const prepared: FittedFeatures = {
  target: 'late',
  rows: 1200,
  features: [
    { kind: 'number', column: 'age', type: 'int', indicator: 'missingindicator_age', impute: 30, bins: { cuts: [18, 65], as: 'one_hot' } },
    { kind: 'category', column: 'carrier', type: 'string', drop: true, levels: ['AA', 'UA'], counts: [800, 400], missing: 0, encoding: { kind: 'frequency' } },
    { kind: 'date', column: 'date', type: 'timestamp', parts: [{ name: 'date_month', part: 'month' }, { name: 'date_hour_sin', part: 'hour', wave: 'sin' }, { name: 'date_hour_cos', part: 'hour', wave: 'cos' }] },
    { kind: 'number', column: 'fare', type: 'float', clip: { high: 512.33 }, log: 'log1p', scale: { kind: 'robust', center: 2.7, range: 1.2 } },
    { kind: 'text', column: 'remark', type: 'string', n: [1, 2], buckets: 64 },
    { kind: 'hash', column: 'tail_number', type: 'string', buckets: 256, impute: '?' },
    { kind: 'number', column: 'wait', type: 'real', log: 'signed', scale: { kind: 'quantile', quantiles: [0, 1.5, 9] } },
  ],
};

const cutInTime: Extract<Artifact, { type: 'split' }> = {
  ...artifactOf('parts', 'split'),
  rows: 1000,
  parts: { train: { rows: 700, classes: [600, 100] }, validate: { rows: 120, classes: [120, 0] }, test: { rows: 130, classes: [100, 30] } },
};

const at = (second: number): string => new Date(Date.UTC(2026, 0, 31, 12, 0, second)).toISOString();
const events: readonly RunEvent[] = [
  { time: at(0), event: 'step-start', name: 'flights', key: 'k', threads: 1 },
  { time: at(1), event: 'step-start', name: 'gbm', key: 'k', threads: 2 },
  { time: at(2), event: 'step-progress', name: 'gbm', phase: 'training', round: 20, rounds: 400, metrics: { auc: 0.65, log_loss: 0.5 } },
  { time: at(6), event: 'step-progress', name: 'gbm', round: 120, metrics: { auc: 0.70123, log_loss: 0.481 } },
  { time: at(6), event: 'step-progress', name: 'flights', phase: 'reading' },
  { time: at(7), event: 'step-end', name: 'legs', state: 'ran', seconds: 1.2, outputs: {} },
];

const ends = (['ran', 'cached', 'cut-off', 'failed', 'skipped'] as const).map((state) => ({
  event: { time: at(9), event: 'step-end' as const, name: 'gbm', state, seconds: 12.34, outputs: {}, ...(state === 'failed' ? { error: { code: 'step-failed' as const, severity: 'error' as const, message: '`gbm` failed: XGBoost: there are no rows to train on' } } : {}) },
  figure: state === 'ran' ? 'validate auc 0.7032, 100 rounds, 5.1 MB' : '',
  nameWidth: 20,
}));

const span = { file: 'pipelines/flights.mlp', start: 0, end: 4 };
const testOf = (title: string): TableTest => ({ title, span, given: [], queries: [], expected: [{ step: 'legs', span, columns: legsColumns, rows: [] }] });
const tests: readonly FinishedTest[] = [
  { test: testOf('a flight that is fifteen minutes late is late'), outcome: { done: true, tables: [{ step: 'legs', rows: { expected: 1, found: 1 }, differences: [] }] } },
  { test: testOf('a query that fails'), outcome: { done: false, step: 'legs', message: 'the query meets `x`, which is no INT32', hint: 'TRY_CAST gives null where a value cannot be converted' } },
  {
    test: testOf('rows that differ, are missing and too many'),
    outcome: {
      done: true,
      tables: [
        {
          step: 'legs',
          rows: { expected: 3, found: 4 },
          differences: [
            { expected: 1, found: 1, columns: [{ name: 'origin', expected: 'SFO', found: 'SFO ' }, { name: 'late', expected: 'true', found: null }] },
            { expected: 3, found: 2, columns: [{ name: 'distance', expected: '100', found: '7' }] },
            { found: 4, columns: [{ name: 'origin', found: 'a\u001b[31mred\nline' }, { name: 'distance', found: '1' }, { name: 'late', found: 'false' }] },
          ],
        },
      ],
    },
  },
];
const longTest: FinishedTest = {
  test: testOf('values that are too long for a table'),
  outcome: { done: true, tables: [{ step: 'legs', rows: { expected: 1, found: 1 }, differences: [{ expected: 1, found: 1, columns: [{ name: 'origin', expected: `${'long '.repeat(20)}a`, found: `${'long '.repeat(20)}b` }] }] }] },
};

const views: Readonly<Record<string, (view: View) => readonly string[]>> = {
  plan: (view) => renderPlan(edited, view),
  'plan-unchanged': (view) => renderPlan(unchanged, view),
  'plan-many': (view) => renderPlan(many, view),
  'plan-short': (view) => renderShortPlan(many, view),
  summary: (view) => renderSummary(summary, view),
  'summary-failed': (view) => renderSummary(failed, view),
  'why-cached': (view) => renderWhy({ preview: previewOf('gbm'), record: recordOf('gbm'), columns: new Map() }, view),
  'why-run': (view) => renderWhy({ preview: edited.steps[5] ?? previewOf('gbm'), record: undefined, columns: new Map() }, view),
  'why-column': (view) => renderWhy({ preview: { ...(edited.steps[5] ?? previewOf('gbm')), reasons: [{ part: 'column:legs.distance', before: 'BIGINT:1', after: 'BIGINT:2' }] }, record: undefined, columns: new Map([['column:legs.distance', { differ: 12, of: 3_000_000, first: { row: 13, before: '4', after: null } }]]) }, view),
  'why-sql': (view) => renderWhy({ preview: edited.steps[1] ?? previewOf('legs'), record: undefined, columns: new Map() }, view),
  'show-steps': (view) => renderSteps(edited, edited.steps.map((preview) => ({ preview, record: preview.state === 'cached' ? records.get(preview.step.name) : undefined })), view),
  'show-table': (view) => renderTableView(table, view),
  'show-table-empty': (view) => renderTableView({ ...table, rows: 0, head: [] }, view),
  'show-split': (view) => renderSplit(artifactOf('parts', 'split'), undefined, view),
  'show-features': (view) => renderFeatures(artifactOf('x', 'features').fitted as unknown as FittedFeatures, view),
  'show-features-all': (view) => renderFeatures(prepared, view),
  'show-split-gap': (view) => renderSplit(cutInTime, undefined, view),
  'show-model': (view) => renderModel(artifactOf('gbm', 'model'), view),
  'show-linear': (view) => renderModel(artifactOf('linear_odds', 'model'), view),
  'show-report-part': (view) => renderReport(stepOf('scores'), recordOf('scores'), 'validate', view),
  'show-report': (view) => renderReport(stepOf('scores'), recordOf('scores'), undefined, view),
  'show-check': (view) => renderCheck(artifactOf('legs_sane', 'check'), view),
  'show-choice': (view) => [...describeChoice(stepOf('champion'), artifactOf('champion', 'choice'), view), ...renderCandidates(stepOf('champion'), artifactOf('champion', 'choice'), view)],
  'run-live': (view) => {
    const fetching = advanceFetch(noProgress, { engine: 'xgboost', version: '3.4.1', phase: 'downloading', bytes: 5_800_000 });
    const progress = events.reduce(advance, fetching);
    return renderLive(progress, { steps: 11, began: Date.parse(at(0)), now: Date.parse(at(8)) }, view);
  },
  docs: (view) => docLines(stepOf('gbm').doc, view),
  tests: (view) => renderFileTests({ file: 'pipelines/flights.mlp', tests }, { view, textOf: () => 'test "…"', failuresOnly: false }),
  'run-finished': (view) => ends.map((end) => renderFinished({ ...end, nameWidth: Math.min(end.nameWidth, Math.floor(view.width / 3)) }, view)),
};

describe('what people see', () => {
  for (const [name, render] of Object.entries(views)) {
    for (const width of [40, 60, 100]) {
      it(`${name} at ${width} columns`, () => {
        const lines = render(viewOf(width));
        expectGolden(`${name}.${width}`, lines);
        // Keys and commands are there to be copied.
        expect(lines.filter((line) => displayWidth(line) > width && !/^Key |^ {2}mlp /.test(line))).toEqual([]);
      });
    }
  }
});

describe('a difference that is too wide for a table', () => {
  it('is shown to its last character', () => {
    const lines = renderFileTests({ file: 'f.mlp', tests: [longTest] }, { view: viewOf(60), textOf: () => 'test', failuresOnly: true });
    expect(lines.filter((line) => line.includes('long long')).map((line) => line.slice(-2))).toEqual(['a"', 'b"']);
  });
});

describe('what programs see', () => {
  const jsons: Readonly<Record<string, unknown>> = {
    report: reportJson(stepOf('scores'), recordOf('scores'), undefined),
    'report-part': reportJson(stepOf('scores'), recordOf('scores'), 'test'),
    features: featuresJson({ ...prepared, features: prepared.features.slice(0, 3) }),
    'split-gap': splitJson(cutInTime, undefined),
    split: splitJson(artifactOf('parts', 'split'), 'train'),
    choice: choiceJson(stepOf('champion'), artifactOf('champion', 'choice')),
  };
  for (const [name, json] of Object.entries(jsons)) it(name, () => expectGolden(`${name}.json`, [JSON.stringify(json, null, 2)]));
});
