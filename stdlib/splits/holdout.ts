import type { Inferred, InferContext, Kind } from '../../compiler/kinds/kind.ts';
import { hasClasses, type TableType } from '../../compiler/types.ts';
import { boolean, column, described, either, integer, list, record } from '../../compiler/kinds/schema.ts';
import { inferShares, inferSplit, reportTogether, splitType } from './infer-split.ts';
import { runHoldout } from './run-holdout.ts';
import { columnNames, splitParams } from './split-params.ts';

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
\`key\` that holds wherever the new rows stand, and when rows are taken out; rows of equal key are ranked by place.

\`group\` keeps all rows of a group, such as a customer, in one part. Groups are dealt out whole, the largest first, each to
the part that is furthest from its share, class by class with \`stratify\`: shares come as near as the groups allow, and a
warning says when that is not near. A \`task: ranking\` needs it: rows are ranked within groups. \`stable: true\` decides each row by its hash alone (of its group, its \`key\`, or its
place): no row ever changes parts, however the data grows, and shares are met about, as by throwing dice.`,
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
      ...splitParams,
      stratify: described(boolean(), 'Whether each part gets its share of every class, or tenth of a number; on for classes.'),
      key: described(list(column(), { min: 1 }), 'Columns that say which row it is, so that it stays where it is when others come and go.'),
      group: described(either(column(), list(column(), { min: 1 })), 'Rows that are equal in these columns are all in one part.'),
      stable: described(boolean(), 'Whether no row may ever change parts, at the price of shares that are met only about.'),
      stream: described(integer({ min: 0 }), 'Another number gives another cut.', 0),
    },
    ['target'],
  ),
  unkeyed: ['known'],
  engine: 'duckdb',
  seeded: true,
  guarantee: 'bitwise',
  infer: inferHoldout,
  run: runHoldout,
};

function inferHoldout(context: InferContext): Inferred | undefined {
  const { params } = context;
  const split = inferSplit(context);
  const shares = inferShares(context);
  if (split === undefined || shares === undefined) return undefined;
  if (params['group'] !== undefined && params['key'] !== undefined) {
    return reportTogether(context, ['key', 'group'], 'rows go where their group goes: take `key` out');
  }
  const { stable, ...others } = params;
  if (stable === true && params['stratify'] === true) {
    return reportTogether(context, ['stratify', 'stable'], 'a row that never moves cannot make up for others: take one of them out');
  }
  const key = columnNames(params['key']);
  const group = columnNames(params['group']);
  if (!checkWindows(context, split.table, group)) return undefined;
  const [train, validate, test] = shares;
  return {
    type: splitType(context, split, { key, ...(group.length === 0 ? {} : { group }) }),
    reads: { [split.slot]: [...new Set([...key, ...group, split.target.name])].sort() },
    params: {
      stratify: hasClasses(split.task) && stable !== true,
      ...others,
      ...(stable === true ? { stable } : {}),
      ...(group.length === 0 ? {} : { group: group.map(($column) => ({ $column })) }),
      task: split.task,
      train,
      validate,
      test,
    },
  };
}

/** Windows of one entity overlap: its rows stay together. */
function checkWindows({ report, spanOf, span, params }: InferContext, { windows }: TableType, group: readonly string[]): boolean {
  if (windows === undefined || (group.length > 0 && group.every((name) => windows.entity.includes(name)))) return true;
  report('windows-torn', params['group'] === undefined ? span : spanOf(['group'], 'value'), { time: windows.time, entity: windows.entity });
  return false;
}
