import type { Preview, StepPreview } from '../../../compiler/plan/preview.ts';
import type { ActionRecord } from '../../../runtime/store/record.ts';
import { mainFigure } from './figures.ts';
import { formatSeconds } from './format.ts';
import { describeStep, ROOM_FOR_KINDS } from './plan-view.ts';
import { renderTable, type Cell } from './table.ts';
import type { View } from './text.ts';

/** A step with what is recorded of it. */
export interface ListedStep {
  readonly preview: StepPreview;
  readonly record: ActionRecord | undefined;
}

/** The steps of a pipeline with their states and main figures. */
export function renderSteps({ plan }: Preview, steps: readonly ListedStep[], view: View): string[] {
  const rows = steps.map(({ preview, record }): Cell[] => [
    record === undefined ? { text: '·', style: 'yellow' } : { text: '✓', style: 'green' },
    { text: preview.step.name, style: 'bold' },
    ...(view.width < ROOM_FOR_KINDS ? [] : [{ text: preview.step.kind, style: 'dim' as const }]),
    record === undefined ? { text: describeStep(preview), style: 'dim' } : mainFigure(preview.step, record.outputs),
    record === undefined ? '' : { text: formatSeconds(record.seconds), style: 'dim' },
  ]);
  const columns = [{}, { least: 10, cut: 'middle' as const }, ...(view.width < ROOM_FOR_KINDS ? [] : [{ least: 7 }]), { least: 14 }, { align: 'right' as const }];
  return [`${view.paint('bold', plan.pipeline)} ${view.paint('dim', plan.file)}`, '', ...renderTable({ columns, rows, indent: 2 }, view)];
}

/** The same for programs. */
export function stepsJson({ plan }: Preview, steps: readonly ListedStep[]): Record<string, unknown> {
  return {
    pipeline: plan.pipeline,
    file: plan.file,
    steps: steps.map(({ preview: { step, state, key }, record }) => ({
      name: step.name,
      keyword: step.keyword,
      kind: step.kind,
      ...(step.doc === undefined ? {} : { doc: step.doc }),
      state,
      ...(key === undefined ? {} : { key }),
      ...(record === undefined
        ? {}
        : {
            made: record.made,
            seconds: record.seconds,
            ...(record.rows === undefined ? {} : { rows: record.rows }),
            figure: mainFigure(step, record.outputs),
            outputs: Object.fromEntries(Object.entries(record.outputs).map(([part, { digest }]) => [part, digest])),
          }),
    })),
  };
}
