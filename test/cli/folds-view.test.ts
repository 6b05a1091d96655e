import { describe, expect, it } from 'vitest';
import { graphOf } from '../../apps/cli/graph/graph.ts';
import { renderPlan } from '../../apps/cli/render/plan-view.ts';
import { renderSteps } from '../../apps/cli/render/steps-view.ts';
import { renderReport, reportJson } from '../../apps/cli/render/report-view.ts';
import type { Artifact } from '../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../compiler/plan/plan.ts';
import type { Preview, StepPreview, StepState } from '../../compiler/plan/preview.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import { makeStep, previewOf } from './example.ts';
import { viewOf } from './golden.ts';

const inFold = (fold: number, name: string, inputs: readonly string[]): PlanStep =>
  makeStep({
    name: `scores.fold${fold}.${name}`,
    keyword: 'step',
    kind: name === 'gbm' ? 'xgboost' : 'prepare',
    group: `scores.folds.${name}`,
    inputs: inputs.map((step) => ({ slot: 'x', step, part: 'value' })),
    outputs: [{ part: 'value', type: name === 'gbm' ? 'model' : 'features' }],
  });

const preview = (step: PlanStep, state: StepState, reasons: StepPreview['reasons'] = []): StepPreview => ({ ...previewOf('gbm'), step, state, reasons, estimate: { seconds: 2, basis: 'history' } });
const waits = (name: string): StepPreview['reasons'] => [{ part: `value:${name}`, before: 'made', after: 'to be made' }];

const report = makeStep({
  name: 'scores',
  keyword: 'report',
  kind: 'evaluate',
  inputs: [{ slot: 'model[0]', step: 'gbm', part: 'value' }, ...[1, 2, 3].map((fold) => ({ slot: `model[0].fold${fold}`, step: `scores.fold${fold}.gbm`, part: 'value' }))],
  outputs: [{ part: 'validate', type: 'report' }, { part: 'folds', type: 'report' }],
});

const steps = [
  ...[1, 2, 3].map((fold) => preview(inFold(fold, 'x', []), fold === 3 ? 'cached' : 'run')),
  ...[1, 2, 3].map((fold) => preview(inFold(fold, 'gbm', [`scores.fold${fold}.x`]), fold === 3 ? 'cached' : 'maybe', fold === 3 ? [] : waits(`scores.fold${fold}.x`))),
  preview(report, 'maybe', [1, 2].flatMap((fold) => waits(`scores.fold${fold}.gbm`))),
];
const folded: Preview = { plan: { version: 1, pipeline: 'p', file: 'p.mlp', steps: steps.map(({ step }) => step) }, steps, removed: [] };

describe('the steps of folds', () => {
  it('that are as far as each other are one line of what is shown', () => {
    const record = { outputs: {}, seconds: 2 } as ActionRecord;
    const listed = steps.map((one) => ({ preview: one, record: one.state === 'cached' ? record : undefined }));
    expect(renderSteps(folded, listed, viewOf(100)).slice(2).map((line) => line.trim().split(/\s+/).slice(0, 3).join(' '))).toEqual([
      '· scores.folds.x ×2', '✓ scores.fold3.x prepare', '· scores.folds.gbm ×2', '✓ scores.fold3.gbm xgboost', '· scores evaluate',
    ]);
  });


  it('that have the same to say are one line of a plan', () => {
    expect(renderPlan(folded, viewOf(90)).join('\n')).toMatchInlineSnapshot(`
      "p p.mlp

        ▸  scores.folds.x ×2    prepare   run: its result is missing           4.0 s
        ✓  scores.fold3.x       prepare   cached
        ?  scores.folds.gbm ×2  xgboost   may run: waits for scores.folds.x    4.0 s
        ✓  scores.fold3.gbm     xgboost   cached
        ?  scores               evaluate  may run: waits for scores.folds.gbm  2.0 s

      2 to run · 3 may run · 2 cached · up to 2 model fits · about 10 s"
    `);
  });

  it('are one node of a picture', () => {
    const { nodes, edges } = graphOf(folded);
    expect(nodes.map(({ name, status }) => [name, status])).toEqual([
      ['scores.folds.x', 'run: its result is missing'],
      ['scores.folds.gbm', 'may run: waits for scores.folds.x'],
      ['scores', 'may run: waits for scores.folds.gbm'],
    ]);
    expect(edges.filter(({ from }) => from !== 'gbm').map(({ from, to, flows }) => [from, to, flows])).toEqual([
      ['scores.folds.x', 'scores.folds.gbm', ['scores.folds.x']],
      ['scores.folds.gbm', 'scores', ['scores.folds.gbm']],
    ]);
  });
});

const folds = [1, 2, 3].map((fold) => ({ fold, rows: 10 + fold, metrics: { auc: 0.5 + fold / 10, log_loss: fold === 2 ? null : 0.25 } }));
const artifact = (model: Extract<Artifact, { type: 'report' }>['models'][number]): Artifact => ({ type: 'report', task: 'binary', models: [model] });
const record = {
  outputs: {
    validate: { digest: '', artifact: artifact({ rows: 9, metrics: { auc: 0.75, log_loss: 0.5 }, optimistic: true }) },
    folds: { digest: '', artifact: artifact({ rows: 36, metrics: { auc: 0.7, log_loss: null }, deviations: { auc: 0.1, log_loss: null }, folds, optimistic: false }) },
  },
};

describe('the scores of folds', () => {
  it('are means with their deviations', () => {
    expect(renderReport(report, record, undefined, viewOf(90)).join('\n')).toMatchInlineSnapshot(`
      "                          auc  log_loss
        validation
          gbm ~             0.7500    0.5000
        folds
          gbm       0.7000 ±0.1000         –
        ~ optimistic: this part also helped to choose the model · ± standard deviation over the
        folds"
    `);
  });

  it('are told fold by fold where they are asked for', () => {
    expect(renderReport(report, record, 'folds', viewOf(90)).join('\n')).toMatchInlineSnapshot(`
      "                     auc  log_loss
        folds
          gbm  0.7000 ±0.1000         –
        ± standard deviation over the folds

                             auc  log_loss
        fold 1, 11 rows
          gbm            0.6000    0.2500
        fold 2, 12 rows
          gbm            0.7000         –
        fold 3, 13 rows
          gbm            0.8000    0.2500"
    `);
  });

  it('are a list for programs, with means and deviations beside it', () => {
    const { gbm } = reportJson(report, record, undefined)['models'] as Record<string, unknown>;
    expect(gbm).toMatchObject({ folds, foldsMean: { auc: 0.7, log_loss: null }, foldsDeviation: { auc: 0.1, log_loss: null }, parts: { validate: { rows: 9 } } });
  });
});
