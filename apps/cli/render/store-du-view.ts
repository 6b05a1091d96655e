import type { PipelineSize, StoreSize } from '../../../runtime/store/upkeep/measure-store.ts';
import { formatBytes } from './format.ts';
import { renderTable } from './table.ts';
import { clean, count, type View } from './text.ts';

/** Steps and runs of a pipeline that are listed. */
const MOST = 10;

/** The whole, then each pipeline by step and by run. */
export function renderStoreSize(root: string, size: StoreSize, view: View): string[] {
  const rows = [
    ['objects', size.objects],
    ['of these, of no result', size.garbage],
    ['records', size.records],
    ['journals', size.journals],
  ] as const;
  return [
    view.paint('bold', clean(root)),
    ...renderTable({ columns: [{ least: 8 }, { align: 'right' }, { align: 'right' }], rows: rows.map(([name, { count: files, bytes }]) => [name, count(files, 'file'), formatBytes(bytes)]), indent: 2 }, view),
    ...size.pipelines.flatMap((pipeline) => ['', ...renderPipeline(pipeline, view)]),
  ];
}

function renderPipeline({ pipeline, steps, runs }: PipelineSize, view: View): string[] {
  const rest = (all: number): string[] => (all > MOST ? [view.paint('dim', `  … and ${all - MOST} more: \`--json\` lists them`)] : []);
  return [
    view.paint('bold', clean(pipeline)),
    ...renderTable(
      {
        columns: [{ header: 'step', least: 8 }, { header: 'size', align: 'right' }, { header: 'of it shared', align: 'right' }],
        rows: steps.slice(0, MOST).map(({ step, bytes, shared }) => [clean(step), formatBytes(bytes), shared === 0 ? '' : formatBytes(shared)]),
        indent: 2,
      },
      view,
    ),
    ...rest(steps.length),
    ...renderTable(
      {
        columns: [{ header: 'run', least: 8 }, { header: 'size', align: 'right' }, { header: 'its alone', align: 'right' }],
        rows: runs.slice(0, MOST).map(({ run, label, bytes, own }) => [label === undefined ? run : `${run} ${clean(label)}`, formatBytes(bytes), own === 0 ? '' : formatBytes(own)]),
        indent: 2,
      },
      view,
    ),
    ...rest(runs.length),
  ];
}

/**
 * What `store du --json` prints: `{"store", "objects", "records", "journals", "garbage": {"count", "bytes"}, "pipelines":
 * [{"pipeline", "steps": [{"step", "bytes", "shared"}], "runs": [{"run", "label"?, "bytes", "own"}]}]}`: steps largest
 * first, runs newest first.
 */
export function storeSizeJson(root: string, size: StoreSize): Record<string, unknown> {
  return { store: root, ...size };
}
