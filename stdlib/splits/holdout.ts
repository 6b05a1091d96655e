import type { Json, JsonObject } from '../../compiler/json.ts';
import type { Inferred, InferContext, Kind } from '../../compiler/kinds/kind.ts';
import { boolean, column, described, either, integer, list, number, record, share, text, word } from '../../compiler/kinds/schema.ts';
import { renderColumnType, type Column, type TableType, type Task } from '../../compiler/types.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { inferTask } from './infer-task.ts';
import { runHoldout } from './run-holdout.ts';
import { completeShares } from './shares.ts';

/** Cuts a table at random into rows to train on, to validate on, and to test on. */
export const holdout: Kind = {
  name: 'holdout',
  keyword: 'split',
  version: 1,
  doc: `Cuts a table at random into training, validation and test rows.

Each part gets its share to a row; with \`stratify\`, its share of every class, or of every tenth of a number, to a row, and
at least one row of each class. A share that is left out is the rest; two that are left out divide it as 70/15/15 does.

The target sets the task: a bool is binary, a text multiclass, or binary with \`positive\`, a number a regression, unless
\`task\` says otherwise. Classes are ordered by value, the positive one last.

Which row goes where depends on the pipeline's seed, \`stream\`, the target and \`key\`, and on no other column. Rows of a
class are ranked by a hash: of their \`key\` (columns that say which row it is), or else of their place in the table. When
data grows at the end, old rows keep their place in the ranking, and only those near a boundary change parts. With
\`key\` that holds wherever the new rows stand, and when rows are taken out; rows of equal key are ranked by place.`,
  example: `pipeline example { seed: 7 }
source flights = csv("flights.csv") {
  schema { id: int, distance: int, late: bool }
}
split parts = holdout(flights) {
  target: late
  train: 80%, validate: 10%, test: 10%
  key: [id]
}`,
  inputs: [{ name: 'table', accepts: ['table'], doc: 'The rows to cut.' }],
  params: record(
    {
      target: described(column(), 'The column to be predicted.'),
      train: described(share(), 'Share of the rows to train on; 70% unless the others leave less or more.'),
      validate: described(share(), 'Share of the rows to choose by; 15% unless the others leave less or more.'),
      test: described(share(), 'Share of the rows to judge by; 15% unless the others leave less or more.'),
      stratify: described(boolean(), 'Whether each part gets its share of every class, or tenth of a number; on for classes.'),
      key: described(list(column(), { min: 1 }), 'Columns that say which row it is, so that it stays where it is when others come and go.'),
      task: described(word('binary', 'multiclass', 'regression'), 'What is to be predicted, where the type of the target does not say it.'),
      positive: described(either(text(), number(), boolean()), 'The positive class of a binary task.'),
      stream: described(integer({ min: 0 }), 'Another number gives another cut.', 0),
    },
    ['target'],
  ),
  engine: 'duckdb',
  seeded: true,
  guarantee: 'bitwise',
  infer: inferHoldout,
  run: runHoldout,
};

function inferHoldout(context: InferContext): Inferred | undefined {
  const { params, report, spanOf } = context;
  const [input] = context.inputs;
  if (input?.kind !== 'value' || input.type.kind !== 'table') return undefined;
  const table = input.type;
  const target = findTarget(table, params);
  if (target === undefined) return undefined;
  const task = taskOf(context, target);
  const completed = completeShares(params);
  if ('problem' in completed) {
    const { total, empty } = completed.problem;
    const last = PART_NAMES.filter((part) => params[part] !== undefined).map((part) => spanOf([part], 'value'));
    const at = last.reduce((a, b) => (b.start > a.start ? b : a), last[0] ?? context.span);
    report('shares-of-split', at, { total: `${Number((total * 100).toFixed(6))}%`, empty });
    return undefined;
  }
  if (task === undefined) return undefined;
  const key = columnNames(params['key']);
  const [train, validate, test] = completed.shares;
  return {
    type: {
      kind: 'split',
      step: context.name,
      table: input.step,
      columns: table.columns,
      sources: table.sources,
      target,
      task,
      reserved: key.filter((name) => name !== target.name),
    },
    reads: { [input.slot]: [...new Set([...key, target.name])].sort() },
    params: { stratify: task !== 'regression', ...params, task, train, validate, test },
  };
}

function findTarget(table: TableType, params: JsonObject): Column | undefined {
  const [name] = columnNames([params['target'] ?? null]);
  return table.columns.find((candidate) => candidate.name === name);
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

/** The names in a list of encoded columns. */
function columnNames(columns: Json | undefined): string[] {
  if (!Array.isArray(columns)) return [];
  return (columns as readonly Json[]).flatMap((one) => {
    const name = typeof one === 'object' && one !== null ? (one as JsonObject)['$column'] : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}
