import type { Preview, StepPreview } from '../../../compiler/plan/preview.ts';
import type { ActionRecord } from '../../../runtime/store/record.ts';
import { mainFigure } from './figures.ts';
import { formatSeconds } from './format.ts';
import { groupSteps } from './group-steps.ts';
import { describeStep, ROOM_FOR_KINDS } from './plan-view.ts';
import { renderTable, type Cell } from './table.ts';
import type { View } from './text.ts';

/** A step with what is recorded of it. */
export interface ListedStep {
  readonly preview: StepPreview;
  readonly record: ActionRecord | undefined;
}

/** The steps of a pipeline with their states and main figures; those of a group that are as far as each other are one line. */
export function renderSteps({ plan }: Preview, steps: readonly ListedStep[], view: View): string[] {
  const records = new Map(steps.map(({ preview, record }) => [preview.step.name, record]));
  const rows = groupSteps(steps.map(({ preview }) => preview), describeStep).map(({ one, all }): Cell[] => {
    const { step } = one;
    const made = all.flatMap((member) => records.get(member.step.name) ?? []);
    const figures = new Set(made.map((record) => mainFigure(step, record.outputs)));
    return [
      made.length === 0 ? { text: '·', style: 'yellow' } : { text: '✓', style: 'green' },
      { text: all.length === 1 ? step.name : `${step.name} ×${all.length}`, style: 'bold' },
      ...(view.width < ROOM_FOR_KINDS ? [] : [{ text: step.kind, style: 'dim' as const }]),
      made.length === 0 ? { text: describeStep(one), style: 'dim' } : figures.size === 1 ? ([...figures][0] ?? '') : { text: 'each made', style: 'dim' },
      made.length === 0 ? '' : { text: formatSeconds(made.reduce((sum, { seconds }) => sum + seconds, 0)), style: 'dim' },
    ];
  });
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
