import type { Inferred, InferContext } from '../../compiler/kinds/kind.ts';
import { renderColumnType, type Column, type TableType } from '../../compiler/types.ts';
import { isNumber } from '../features/plan-columns.ts';
import { columnNames } from '../splits/split-params.ts';

/** What a table of windows has beside the columns of its input: where a window begins, and when what is ahead was. */
export const SEQUENCE_COLUMNS = { window: 'steps', first: 'steps_from', ahead: 'ahead', until: 'ahead_at' } as const;

/** Numbers that a window may have: what is more does not train on a processor. */
const MOST_NUMBERS = 65_536;

/** The type of a table of windows. */
export function inferSequences(context: InferContext): Inferred | undefined {
  const [input] = context.inputs;
  if (input?.kind !== 'value' || input.type.kind !== 'table') return undefined;
  const { columns, sources } = input.type;
  const named = (key: string): readonly (Column | undefined)[] => columnNames(context.params[key]).map((name) => columns.find((column) => column.name === name));
  const [time] = named('time');
  const [ahead] = named('ahead');
  const steps = named('columns');
  const length = context.params['length'] as number;
  if (time === undefined || steps.includes(undefined)) return undefined;
  if (!checkColumns(context, { time, steps: steps as readonly Column[], columns, length })) return undefined;
  const { window, first, until, ahead: later } = SEQUENCE_COLUMNS;
  const added: Column[] = [
    { ...time, name: first, nullable: false },
    { name: window, type: { kind: 'list', item: { kind: 'float' }, nullable: true }, nullable: false, sql: 'DOUBLE[]', shape: [length, steps.length] },
    ...(ahead === undefined ? [] : [{ ...ahead, name: later, nullable: false }, { ...time, name: until, nullable: false }]),
  ];
  const type: TableType = {
    kind: 'table',
    columns: [...columns, ...added],
    sources,
    reach: 'unknown',
    windows: { entity: columnNames(context.params['entity']), time: time.name, from: first, ...(ahead === undefined ? {} : { until }) },
  };
  return { type, reads: { [input.slot]: columns.map(({ name }) => name).sort() } };
}

interface Named {
  readonly time: Column;
  readonly steps: readonly Column[];
  readonly columns: readonly Column[];
  readonly length: number;
}

function checkColumns({ params, report, spanOf }: InferContext, { time, steps, columns, length }: Named): boolean {
  let sound = true;
  if (!['int', 'date', 'timestamp'].includes(time.type.kind)) {
    report('unfit-time', spanOf(['time'], 'value'), { column: time.name, type: renderColumnType(time.type) });
    sound = false;
  }
  for (const [i, step] of steps.entries()) {
    if (isNumber(step.type)) continue;
    report('unfit-step', spanOf(['columns', i], 'value'), { column: step.name, type: renderColumnType(step.type) });
    sound = false;
  }
  const made = Object.entries(SEQUENCE_COLUMNS).filter(([key]) => params['ahead'] !== undefined || key === 'window' || key === 'first');
  const taken = columns.find(({ name }) => made.some(([, one]) => one === name.toLowerCase()));
  if (taken !== undefined) {
    report('column-twice', spanOf(['columns'], 'key'), { column: taken.name });
    sound = false;
  }
  if (length * steps.length > MOST_NUMBERS) {
    report('unfit-shape', spanOf(['length'], 'value'), { column: SEQUENCE_COLUMNS.window, axes: 2, size: length * steps.length, most: MOST_NUMBERS });
    sound = false;
  }
  return sound;
}
