import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import { deriveSalt, type Salt } from '../../runtime/data/hash.ts';
import { loadCodes, NO_PART, withQueries } from '../../runtime/data/load-parts.ts';
import { inputOf, openTable, withDuckDB } from '../../runtime/data/load-table.ts';
import { loadTarget } from '../../runtime/data/load-target.ts';
import { takeRows } from '../../runtime/data/take-rows.ts';
import type { Codes, Target } from '../../runtime/data/matrix.ts';
import { assignFolds } from './assign-folds.ts';
import { assignGroups } from './assign-groups.ts';
import { describeParts, queryCodes, writeCodes } from './describe-parts.ts';
import { groupKeys, hashKeys } from './hash-keys.ts';
import type { ColumnName } from './split-params.ts';

/** What a fold is told by the report that asks for it. */
export interface FoldParams {
  /** Which of the folds is held out, from 1. */
  readonly fold: number;
  readonly folds: number;
  /** For classifications: each fold has its share of every class. */
  readonly target?: ColumnName;
  /** Rows that are equal in these columns are in one fold. */
  readonly group?: readonly ColumnName[];
}

/** Codes of the parts. */
const [TRAIN, VALIDATE, TEST] = [0, 1, 2] as const;

/** Deals the training rows of a split into folds and holds one of them out. */
export async function runFold(context: RunContext): Promise<RunResult> {
  const params = context.step.params as unknown as FoldParams;
  const split = inputOf(context, 'parts', 'split');
  const salt = deriveSalt(context.seed ?? '0', 'folds');
  const { codes, target, keys, numbers } = await withDuckDB(context, async (connection) => {
    const table = await openTable(context, 'parts.table');
    const { group } = params;
    return {
      codes: await loadCodes(connection, context, split),
      target: params.target === undefined ? undefined : await loadTarget(connection, table, params.target.$column, split),
      numbers: await withQueries(connection, context, split, NO_CLASSES),
      keys: group === undefined ? undefined : await hashKeys(connection, table, group.map(({ $column }) => $column)),
    };
  });
  const positions = Uint32Array.from(positionsOf(codes, TRAIN));
  const strata = target?.kind === 'classes' ? { codes: takeRows(target.codes, positions), count: target.classes.length } : undefined;
  const rows: TrainingRows = { positions, salt, ...(strata === undefined ? {} : { strata }) };
  const assigned = keys === undefined ? dealRows(rows, params) : dealGroups(rows, keys, params);
  const parts = codes.map((code) => (code === VALIDATE ? code : NO_PART));
  positions.forEach((position, row) => (parts[position] = assigned[row] === params.fold - 1 ? TEST : TRAIN));
  const artifact: SplitArtifact = { ...split, codes: await writeCodes(context, { part: parts, ...queryCodes(numbers) }), parts: describeParts(parts, target ?? numbers) };
  refuseOneClass(artifact, params);
  const warnings = params.fold === 1 && strata !== undefined ? rareClasses(split, { assigned, codes: strata.codes, folds: params.folds }) : [];
  return { outputs: { value: artifact }, ...(warnings.length === 0 ? {} : { warnings }) };
}

const NO_CLASSES: Target = { kind: 'numbers', values: new Float64Array() };

/** The training rows of the split that is cut. */
interface TrainingRows {
  readonly positions: Uint32Array;
  readonly salt: Salt;
  /** Classes. */
  readonly strata?: { readonly codes: Codes; readonly count: number };
}

function* positionsOf(codes: Uint8Array, part: number): Generator<number> {
  for (let row = 0; row < codes.length; row++) if (codes[row] === part) yield row;
}

function dealRows(rows: TrainingRows, { folds }: FoldParams): Uint8Array {
  const { length } = rows.positions;
  if (length < folds) throw new StepError(`${length} training ${length === 1 ? 'row is' : 'rows are'} too few for ${folds} folds`, 'ask for fewer folds, or split a table with more rows');
  return assignFolds({ ...rows, folds });
}

function dealGroups({ positions, salt, strata }: TrainingRows, all: Uint32Array, { folds, group = [] }: FoldParams): Uint8Array {
  const keys = new Uint32Array(positions.length * 2);
  positions.forEach((position, row) => keys.set(all.subarray(position * 2, position * 2 + 2), row * 2));
  const grouped = groupKeys(keys);
  const { length } = grouped.first;
  if (length < folds) {
    const names = group.map(({ $column }) => `\`${$column}\``).join(', ');
    throw new StepError(`the training rows are of ${length} ${length === 1 ? 'group' : 'groups'} by ${names}: too few for ${folds} folds`, 'ask for fewer folds, or group by a column with more values');
  }
  const shares = new Array<number>(folds).fill(1 / folds);
  return assignGroups({ grouped, keys, shares, salt, ...(strata === undefined ? {} : { strata: strata.codes }) });
}

/** A model cannot learn from rows of one class alone. */
function refuseOneClass({ classes, parts: { train } }: SplitArtifact, { fold, folds }: FoldParams): void {
  if (classes.length === 0 || train.classes.filter((count) => count > 0).length > 1) return;
  throw new StepError(`without fold ${fold} of ${folds}, every training row is of one class: there is nothing to tell apart`, 'ask for fewer folds, or split a table with more rows of each class');
}

interface DealtClasses {
  /** By training row. */
  readonly assigned: Uint8Array;
  readonly codes: Codes;
  readonly folds: number;
}

/** Tells of classes that some folds have no row of. The folds are the same in every fold's step: the first one speaks for all. */
function rareClasses({ classes }: SplitArtifact, { assigned, codes, folds }: DealtClasses): string[] {
  const found = classes.map(() => new Set<number>());
  codes.forEach((code, row) => found[code]?.add(assigned[row] as number));
  return classes.flatMap((label, code) => {
    const { size } = found[code] ?? new Set();
    return size === folds ? [] : [`${size} of ${folds} folds ${size === 1 ? 'has' : 'have'} a row of the class ${JSON.stringify(label)}: some metrics are not defined in the others`];
  });
}
