import { beforeAll, describe, expect, it } from 'vitest';
import { newProject } from '../end-to-end/program.ts';
import { parquetRows, storedScores } from '../predictions/support.ts';

const ROWS = 400;

/** `late` is one in three, by a size with noise on it. */
const csv = ['id,size,late', ...Array.from({ length: ROWS }, (_, id) => [id, (id * 37) % 101, ((id * 37) % 101) + ((id * 7919) % 61) > 105].join(','))].join('\n');

const PIPELINE = `
source rows = csv("rows.csv") { schema { id: int, size: int, late: bool } }
split parts = holdout(rows) { target: late }
features x = prepare(parts) { drop: [id] }
model odds = logistic(x)
model early = adjust(odds) { threshold: max_recall(precision: 0.5) }
model sure = adjust(odds) { calibrate: sigmoid, threshold: 20% }
model guess = baseline(x)
model never = adjust(guess) { threshold: max_recall(precision: 0.9) }
report scores = evaluate(odds, early, sure, never) { metrics: [recall, precision, auc, brier], folds: 3 }
choice best = select(scores.validate) { maximize: recall, require { latency_p99: ..1s, size: ..1MB } }
`;

interface Report {
  readonly models: Readonly<Record<string, { readonly parts: Readonly<Record<string, { readonly threshold?: number; readonly optimistic: boolean; readonly metrics: Readonly<Record<string, number>>; readonly confusion: { readonly matrix: readonly (readonly number[])[] } }>> }>>;
}

describe('an adjusted model', () => {
  const project = newProject({ 'rows.csv': csv, 'p.mlp': PIPELINE });
  const mlp = (...args: readonly string[]) => project.run(args);
  let report: Report;

  beforeAll(async () => {
    const applied = await mlp('apply', 'p.mlp', '--quiet');
    expect(applied.code, applied.output).toBe(0);
    await mlp('export', 'p.mlp', 'rows', '-o', 'all.parquet');
    report = JSON.parse((await mlp('show', 'p.mlp', 'scores', '--json')).stdout) as Report;
  });

  it.each(['early', 'sure', 'odds'])('%s decides for new rows as its report does', async (model) => {
    const done = await mlp('predict', 'p.mlp', model, 'all.parquet', '-o', `${model}.parquet`);
    expect(done.code, done.output).toBe(0);
    const predicted = await parquetRows(project.path(`${model}.parquet`));
    const { test } = report.models[model]?.parts ?? {};
    for (const { prediction, probability } of predicted) expect(prediction).toBe(test?.threshold === undefined ? Number(probability) > 0.5 : Number(probability) >= test.threshold);
    const { scores, rows } = await storedScores(project, 'p.mlp', { model, split: 'parts' });
    const { target } = scores;
    if (target.kind !== 'classes') throw new Error('classes');
    const matrix = [[0, 0], [0, 0]] as [[number, number], [number, number]];
    rows.forEach((row, at) => (matrix[target.codes[at] as 0 | 1][predicted[row]?.['prediction'] === true ? 1 : 0] += 1));
    expect(test?.confusion.matrix).toEqual(matrix);
  });

  it('keeps the bound of its rule on the validation part, and says that it looked there', () => {
    const { early, odds } = report.models;
    expect(early?.parts['validate']?.metrics['precision']).toBeGreaterThanOrEqual(0.5);
    expect(early?.parts['validate']?.metrics['recall']).toBeGreaterThan(odds?.parts['validate']?.metrics['recall'] ?? 1);
    expect([early?.parts['validate']?.optimistic, early?.parts['test']?.optimistic, odds?.parts['validate']?.optimistic]).toEqual([true, false, false]);
  });

  it('ranks as the model that it wraps, and is fitted again in folds', async () => {
    const { sure, odds } = report.models;
    expect(sure?.parts['test']?.metrics['auc']).toBe(odds?.parts['test']?.metrics['auc']);
    expect(sure?.parts['test']?.metrics['brier']).not.toBe(odds?.parts['test']?.metrics['brier']);
    const folds = JSON.parse((await mlp('show', 'p.mlp', 'scores.folds', '--json')).stdout) as { readonly models: Readonly<Record<string, { readonly foldsMean: Readonly<Record<string, number>> }>> };
    expect(folds.models['sure']?.foldsMean['recall']).toBeGreaterThan(folds.models['odds']?.foldsMean['recall'] ?? 1);
  });

  it('says when no threshold keeps the bound', async () => {
    const shown = await mlp('show', 'p.mlp', 'never');
    expect(shown.stdout.replace(/\s+/g, ' ')).toContain('no threshold does what `threshold` asks for on the validation part: one half is taken');
  });

  it('may be chosen, by a latency that was measured with its calibration', async () => {
    const chosen = JSON.parse((await mlp('show', 'p.mlp', 'best', '--json')).stdout) as { readonly chosen: string; readonly candidates: readonly { readonly rejected: readonly string[] }[] };
    expect(['early', 'sure']).toContain(chosen.chosen);
    expect(chosen.candidates.flatMap(({ rejected }) => rejected)).toEqual([]);
  });

  it('is another step when its threshold is, and trains nothing', async () => {
    project.write({ 'p.mlp': PIPELINE.replace('20%', '30%') });
    const planned = JSON.parse((await mlp('plan', 'p.mlp', '--json')).stdout) as { readonly steps: readonly { readonly name: string; readonly state: string }[] };
    expect(planned.steps.filter(({ state }) => state === 'run').map(({ name }) => name).filter((name) => !name.includes('fold') && !name.includes('latency'))).toEqual(['sure']);
  });
});
