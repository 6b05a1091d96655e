import { describe, expect, it } from 'vitest';
import { Failure } from '../../apps/cli/failure.ts';
import { compareRuns } from '../../apps/cli/compare-runs.ts';
import { findRun, shortNames } from '../../apps/cli/find-run.ts';
import { diffJson, renderDiff } from '../../apps/cli/render/diff-view.ts';
import { renderRuns, runsJson, type RunHistory } from '../../apps/cli/render/runs-view.ts';
import { mainMetric } from '../../apps/cli/run-metrics.ts';
import type { StepEndEvent } from '../../runtime/events.ts';
import type { PastRun, PastStep } from '../../runtime/store/past-run.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import type { Store } from '../../runtime/store/store.ts';
import { recordOf, steps } from './example.ts';
import { expectGolden, viewOf } from './golden.ts';

function runNamed(own: string, given: Partial<PastRun> = {}): PastRun {
  return { run: `2026-01-31T12-30-05.123Z-${own}`, began: '2026-01-31T12:30:05.123Z', state: 'done', seconds: 12.3, ran: 4, cached: 7, failed: 0, skipped: 0, steps: [], ...given };
}

describe('a run is named', () => {
  const runs = [runNamed('abcd1111'), runNamed('abcd1222', { run: '2026-02-01T00-00-00.000Z-abcd1222' }), runNamed('00ff0000')];

  it('by as few characters as are its own', () => {
    expect([...shortNames(runs).values()]).toEqual(['abcd11', 'abcd12', '00ff']);
  });

  it.each([
    ['latest', '00ff0000'],
    ['LATEST~1', 'abcd1222'],
    ['latest~2', 'abcd1111'],
    ['abcd11', 'abcd1111'],
    ['0', '00ff0000'],
    ['2026-02', 'abcd1222'],
    ['2026-02-01T00-00-00.000Z-abcd1222', 'abcd1222'],
  ])('%s', (text, own) => {
    expect(findRun(runs, text).run.endsWith(own)).toBe(true);
  });

  it.each([
    ['abcd', 'ambiguous-run', '2 runs are called `abcd…`'],
    ['latest~3', 'unknown-run', 'no run of this pipeline is called `latest~3`: there are 3 runs'],
    ['x', 'unknown-run', 'no run of this pipeline is called `x`: there are 3 runs'],
    ['', 'unknown-run', 'no run of this pipeline is called ``: there are 3 runs'],
  ])('and not by `%s`', (text, code, message) => {
    try {
      findRun(runs, text);
      expect.fail('a run was found');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      expect(error.diagnostics).toMatchObject([{ code, message }]);
    }
  });

  it('when there is none', () => {
    expect(() => findRun([], 'latest')).toThrow('this pipeline has not been run yet');
  });
});

/** The example's steps in two runs; in the second, a step is gone, one is new, and some came to other results. */
const past = (name: string, version: string, given: Partial<PastStep> = {}): PastStep => {
  const step = steps.find((one) => one.name === name);
  const end: StepEndEvent = { time: '', event: 'step-end', name, state: 'ran', seconds: 1, outputs: {}, key: `${name}@${version}` };
  return { name, keyword: step?.keyword ?? 'model', kind: step?.kind ?? 'baseline', fingerprint: `${name}@${version}`, inputs: Object.fromEntries((step?.inputs ?? []).map((input) => [input.slot, input.step])), end, ...given };
};
const first = runNamed('aaaa0000', { steps: [past('flights', '1'), past('legs', '1', { text: 'SELECT 1' }), past('majority', '1'), past('gbm', '1'), past('scores', '1'), past('champion', '1')] });
const second = runNamed('bbbb0000', {
  state: 'unfinished',
  targets: ['scores'],
  steps: [past('flights', '1'), past('legs', '2', { text: 'SELECT 2' }), past('gbm', '2'), past('linear_odds', '2'), past('scores', '2', { inputs: { 'model[0]': 'gbm', 'model[1]': 'linear_odds', 'model[2]': 'other' } }), past('champion', 'lost')],
});
const better = (record: ActionRecord): ActionRecord => JSON.parse(JSON.stringify(record).replaceAll('0.703231', '0.713231').replaceAll('0.47298', '0.48')) as ActionRecord;
const known: Readonly<Record<string, ActionRecord>> = {
  'flights@1': recordOf('flights'),
  'legs@1': recordOf('legs', { parts: { sql: 'a', 'rows:tables[0]': '3' } }),
  'legs@2': recordOf('legs', { parts: { sql: 'b', 'rows:tables[0]': '3' }, rows: 2_000_000, seconds: 1 }),
  'gbm@1': recordOf('gbm'),
  'gbm@2': recordOf('gbm', { parts: { ...recordOf('gbm').parts, 'param:eta': '0.05', 'column:x.table.distance': 'SMALLINT:other' } }),
  'majority@1': recordOf('majority'),
  'linear_odds@2': recordOf('linear_odds'),
  'scores@1': recordOf('scores', { parts: { 'value:model[0]': 'old' } }),
  'scores@2': better(recordOf('scores', { parts: { 'value:model[0]': 'new' } })),
  'champion@1': recordOf('champion', { parts: { 'param:maximize': '"auc"' } }),
};
const store = { lookup: (fingerprint: string) => known[fingerprint] } as unknown as Store;
const names: Readonly<Record<string, string>> = { [first.run]: 'aaaa', [second.run]: 'bbbb' };
const compared = { before: first, after: second, nameOf: (run: string) => names[run] ?? run, ...compareRuns(store, first, second) };
const history: RunHistory = {
  pipeline: 'flights_delay',
  file: 'pipelines/flights.mlp',
  earlier: 3,
  runs: [second, first, runNamed('cccc0000', { state: 'failed', failed: 1, skipped: 2 })].map((run) => ({ run, name: run.run.slice(-8, -4), metric: mainMetric(store, run) })),
};

describe('what people see of runs', () => {
  for (const width of [40, 60, 100]) {
    it(`the list at ${width} columns`, () => expectGolden(`runs.${width}`, renderRuns(history, viewOf(width))));
    it(`a difference at ${width} columns`, () => expectGolden(`diff.${width}`, renderDiff(compared, viewOf(width))));
  }
  it('none', () => expect(renderRuns({ ...history, runs: [], earlier: 0 }, viewOf(80))).toEqual(['flights_delay has not been run yet: `mlp apply pipelines/flights.mlp`']));
  it('two that are the same', () => {
    const same = { ...compared, after: first, ...compareRuns(store, first, first) };
    expect(renderDiff(same, viewOf(80)).slice(3)).toEqual(['  no step differs: 6 steps did the same on the same data']);
  });
});

describe('what programs see of runs', () => {
  it('the list', () => expectGolden('runs.json', [JSON.stringify(runsJson(history), null, 2)]));
  it('a difference', () => expectGolden('diff.json', [JSON.stringify(diffJson(compared), null, 2)]));
});
