import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { jsonReporter, liveReporter, plainReporter } from '../../apps/cli/report-run.ts';
import { plainPaint } from '../../apps/cli/render/text.ts';
import type { LiveLines, Terminal } from '../../apps/cli/terminal.ts';
import { diagnose } from '../../grammar/index.ts';
import type { RunEvent } from '../../runtime/events.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import { digest, recordOf, steps } from './example.ts';

const time = (): string => new Date().toISOString();

/** A terminal that keeps what was printed for good, and what stands in its changing lines. */
function fakeTerminal(): { readonly terminal: Terminal; readonly live: LiveLines; readonly printed: string[]; readonly shown: () => readonly string[] } {
  const printed: string[] = [];
  let shown: readonly string[] = [];
  const print = (line: string): void => void printed.push(line);
  return {
    terminal: { print, printError: print, view: () => ({ width: 100, paint: plainPaint }), paintError: plainPaint },
    live: { show: (lines) => (shown = lines), print, printError: print, close: () => (shown = []) },
    printed,
    shown: () => shown,
  };
}

describe('reports of a run', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('shows what is running in place, and finished steps above once their records can be read', () => {
    const { terminal, live, printed, shown } = fakeTerminal();
    const written: { record?: ActionRecord } = {};
    const reporter = liveReporter(terminal, live, { steps, recordOf: () => written.record });
    reporter.onFetch({ engine: 'xgboost', version: '3.4.1', phase: 'downloading', bytes: 5_800_000 });
    vi.advanceTimersByTime(100);
    expect(shown()[0]).toMatch(/xgboost 3\.4\.1 {2}downloading, 5\.8 MB/);
    reporter.onEvent({ time: time(), event: 'plan', run: 'r', pipeline: 'p', file: 'f', steps: [] });
    reporter.onEvent({ time: time(), event: 'step-start', name: 'gbm', key: digest('k'), threads: 1 });
    reporter.onEvent({ time: time(), event: 'step-progress', name: 'gbm', phase: 'training', round: 3, rounds: 9, metrics: { auc: 0.7 } });
    vi.advanceTimersByTime(100);
    expect(shown()[0]).toMatch(/▸ {2}gbm {2}3\/9 · auc 0\.7000/);
    reporter.onEvent({ time: time(), event: 'step-end', name: 'gbm', state: 'ran', seconds: 2, outputs: {}, key: digest('k') });
    vi.advanceTimersByTime(100);
    expect(printed).toEqual(['  fetched xgboost 3.4.1']);
    written.record = recordOf('gbm');
    vi.advanceTimersByTime(100);
    expect(printed[1]).toMatch(/✓ gbm .* 2\.0 s {2}auc 0\.6980, 100 rounds, 5\.1 MB/);
    reporter.close();
    expect(shown()).toEqual([]);
  });

  it('falls back on the last metrics where no record can be read', () => {
    const { terminal, printed } = fakeTerminal();
    const reporter = plainReporter(terminal, { steps, quiet: false, recordOf: () => undefined });
    reporter.onEvent({ time: time(), event: 'step-start', name: 'gbm', key: digest('k'), threads: 1 });
    reporter.onEvent({ time: time(), event: 'step-progress', name: 'gbm', round: 3, rounds: 9, metrics: { auc: 0.7 } });
    reporter.onEvent({ time: time(), event: 'step-end', name: 'gbm', state: 'ran', seconds: 2, outputs: {}, key: digest('k') });
    reporter.close();
    expect(printed.at(-1)).toMatch(/✓ gbm .* auc 0\.7000/);
  });

  it('says which steps wait for another program, and when it has made them', () => {
    const { terminal, live, printed, shown } = fakeTerminal();
    const reporters = [liveReporter(terminal, live, { steps, recordOf: () => undefined }), plainReporter(terminal, { steps, quiet: false, recordOf: () => undefined })];
    const tell = (event: RunEvent): void => reporters.forEach((reporter) => reporter.onEvent(event));
    tell({ time: time(), event: 'step-waiting', name: 'gbm', key: digest('k') });
    vi.advanceTimersByTime(100);
    expect(shown()[0]).toMatch(/▸ {2}gbm {2}another program is making it: waiting/);
    expect(printed).toEqual(['    gbm: another program is making it: waiting']);
    tell({ time: time(), event: 'step-end', name: 'gbm', state: 'cached', seconds: 0, outputs: {}, key: digest('k') });
    tell({ time: time(), event: 'step-end', name: 'legs', state: 'cached', seconds: 0, outputs: {}, key: digest('l') });
    reporters.forEach((reporter) => reporter.close());
    expect(printed.slice(1)).toEqual([expect.stringMatching(/✓ gbm .*cached/), expect.stringMatching(/✓ gbm .*cached/)]);
  });

  it('tells programs what was found before the run, and warnings with the names of inputs', () => {
    const { terminal, printed } = fakeTerminal();
    const reporter = jsonReporter(terminal, { textOf: () => undefined, debug: false, warnings: [diagnose('store-mended', undefined, { problem: 'a record is damaged' })] });
    const scores = { name: 'scores', keyword: 'report', kind: 'evaluate', fingerprint: digest('f'), inputs: { 'model[0]': 'gbm', 'model[1]': 'b["eu"]' } };
    reporter.onEvent({ time: time(), event: 'plan', run: 'r', pipeline: 'p', file: 'f', steps: [scores] });
    reporter.onEvent({ time: time(), event: 'step-end', name: 'scores', state: 'ran', seconds: 2, outputs: {}, warnings: ['`model[1]` on test: `auc` is not defined', '`model[7]`'] });
    const [plan, end] = printed.map((line) => JSON.parse(line) as { warnings: unknown });
    expect(plan?.warnings).toMatchObject([{ code: 'store-mended', severity: 'warning' }]);
    expect(end?.warnings).toEqual(['`b["eu"]` on test: `auc` is not defined', '`model[7]`']);
  });

  it('says now and then how far a long step is where lines cannot change', () => {
    const { terminal, printed } = fakeTerminal();
    const reporter = plainReporter(terminal, { steps, quiet: false, recordOf: () => undefined });
    reporter.onEvent({ time: time(), event: 'step-start', name: 'gbm', key: digest('k'), threads: 1 });
    for (let round = 1; round <= 60; round++) {
      vi.advanceTimersByTime(500);
      reporter.onEvent({ time: time(), event: 'step-progress', name: 'gbm', phase: 'training', round, rounds: 100, metrics: { auc: 0.7 } });
    }
    reporter.close();
    expect(printed).toHaveLength(3);
    expect(printed[2]).toBe('    gbm: 60/100 · auc 0.7000 · 20 s left · 2.0/s');
  });
});
