import type { InferContext } from '../../compiler/kinds/kind.ts';
import { renderColumnType, type Column, type SplitType, type TableType, type Task } from '../../compiler/types.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { inferTask } from './infer-task.ts';
import { completeShares, type Shares } from './shares.ts';
import { columnNames } from './split-params.ts';

/** What every split finds out of its declaration. */
export interface InferredSplit {
  /** The input's, and the step that makes the table. */
  readonly slot: string;
  readonly step: string;
  readonly table: TableType;
  readonly target: Column;
  readonly task: Task;
}

/** The table, target and task of a split. `undefined` when they do not fit each other, which has then been reported. */
export function inferSplit(context: InferContext): InferredSplit | undefined {
  const [input] = context.inputs;
  if (input?.kind !== 'value' || input.type.kind !== 'table') return undefined;
  const table = input.type;
  const [name] = columnNames(context.params['target']);
  const target = table.columns.find((candidate) => candidate.name === name);
  if (target === undefined) return undefined;
  const task = taskOf(context, target);
  return task === undefined || !checkRanking(context, task) ? undefined : { slot: input.slot, step: input.step, table, target, task };
}

/** What rows are cut by beside the target: these columns are features only if `use` names them. */
export interface CutBy extends Pick<SplitType, 'group' | 'time'> {
  readonly key?: readonly string[];
}

/** The type of a split. */
export function splitType(context: InferContext, { step, table, target, task }: InferredSplit, { key = [], group, time }: CutBy): SplitType {
  const { from, until } = table.windows ?? {};
  const companions = [...key, ...(group ?? []), ...[time, from, until].filter((name) => name !== undefined)];
  return {
    kind: 'split',
    step: context.name,
    table: step,
    columns: table.columns,
    sources: table.sources,
    target,
    task,
    reserved: [...new Set(companions)].filter((name) => name !== target.name),
    ...(group === undefined ? {} : { group }),
    ...(time === undefined ? {} : { time }),
  };
}

/** The shares of the parts. `undefined` when they are no whole, which has then been reported. */
export function inferShares({ params, report, spanOf, span }: InferContext): Shares | undefined {
  const completed = completeShares(params);
  if (!('problem' in completed)) return completed.shares;
  const { total, empty } = completed.problem;
  const given = PART_NAMES.filter((part) => params[part] !== undefined).map((part) => spanOf([part], 'value'));
  const last = given.reduce((a, b) => (b.start > a.start ? b : a), given[0] ?? span);
  report('shares-of-split', last, { total: `${Number((total * 100).toFixed(6))}%`, empty });
  return undefined;
}

/** Reports the later of two parameters of which a split has only one. */
export function reportTogether({ report, spanOf }: InferContext, [first, second]: readonly [string, string], why: string): undefined {
  const spans = [spanOf([first], 'key'), spanOf([second], 'key')] as const;
  report('not-together', spans[0].start > spans[1].start ? spans[0] : spans[1], { one: first, other: second, why });
  return undefined;
}

/** Rows are ranked within groups. */
function checkRanking({ params, report, spanOf }: InferContext, task: Task): boolean {
  if (task !== 'ranking' || params['group'] !== undefined) return true;
  report('param-needs', spanOf(['task'], 'value'), { name: 'task: ranking', needs: 'group', hint: 'add the columns in which the rows of one query are equal: `group: [query_id]`' });
  return false;
}

function taskOf({ params, report, spanOf }: InferContext, target: Column): Task | undefined {
  const told = params['task'] as Task | undefined;
  const { positive } = params;
  const task = inferTask(target.type, { ...(told === undefined ? {} : { task: told }), ...(positive === undefined ? {} : { positive }) });
  if (typeof task === 'string') return task;
  if (task.problem === 'positive') report('positive-without-two-classes', spanOf(['positive'], 'key'), { task: told ?? 'regression' });
  else {
    const wanted = told ?? (positive === undefined ? undefined : 'binary');
    report('unfit-target', spanOf(['target'], 'value'), { column: target.name, type: renderColumnType(target.type), task: wanted });
  }
  return undefined;
}
