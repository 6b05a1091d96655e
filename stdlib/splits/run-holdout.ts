import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import { deriveSalt } from '../../runtime/data/hash.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { assignGroups } from './assign-groups.ts';
import { assignParts, assignStable } from './assign-parts.ts';
import { groupKeys, hashKeys } from './hash-keys.ts';
import { refuseRows } from './refuse-rows.ts';
import { runSplit, type Deal, type Dealt } from './run-split.ts';
import type { Shares } from './shares.ts';
import type { ColumnName, SplitParams } from './split-params.ts';
import { countCodes, stratify, strataOf } from './stratify.ts';

/** Parameters as inference completes them. */
interface HoldoutParams extends SplitParams {
  readonly train: number;
  readonly validate: number;
  readonly test: number;
  readonly stratify: boolean;
  readonly key?: readonly ColumnName[];
  readonly stable?: true;
}

/** Deals rows, or groups of them, out at random. */
export function runHoldout(context: RunContext): Promise<RunResult> {
  const params = context.step.params as unknown as HoldoutParams;
  const shares: Shares = [params.train, params.validate, params.test];
  const salt = deriveSalt(context.seed ?? '0', 'split');
  return runSplit(context, async (deal) => {
    const keys = await readKeys(deal, params);
    const rows = deal.table.artifact.rows;
    if (params.stable === true) return { parts: assignStable({ rows, shares, salt, ...(keys === undefined ? {} : { keys }) }) };
    if (keys !== undefined && params.group !== undefined) return dealGroups(deal, params, { keys, shares, salt });
    const { codes: strata, quotas } = stratify(deal.target, { name: params.target.$column, shares, stratify: params.stratify });
    return { parts: assignParts({ rows, quotas, salt, ...(strata === undefined ? {} : { strata }), ...(keys === undefined ? {} : { keys }) }) };
  });
}

/** What says who a row is: its group, or its key. */
async function readKeys({ connection, table }: Deal, { group, key }: HoldoutParams): Promise<Uint32Array | undefined> {
  const columns = (group ?? key)?.map((column) => column.$column);
  if (columns === undefined) return undefined;
  for (const column of group === undefined ? [] : columns) {
    const hint = `leave such rows out in SQL, or give each a group of its own: \`coalesce(${column}, …)\``;
    await refuseRows(connection, table, { condition: `${sqlName(column)} IS NULL`, what: `no \`${column}\`, which says its group`, hint });
  }
  return hashKeys(connection, table, columns);
}

/** A part that misses its share by more than this, of all rows, is told of. */
const FAR = 0.02;

interface Grouping {
  readonly keys: Uint32Array;
  readonly shares: Shares;
  readonly salt: ReturnType<typeof deriveSalt>;
}

function dealGroups({ table, target }: Deal, params: HoldoutParams, { keys, shares, salt }: Grouping): Dealt {
  const { rows } = table.artifact;
  const grouped = groupKeys(keys);
  const names = (params.group ?? []).map(({ $column }) => `\`${$column}\``).join(', ');
  const count = grouped.first.length;
  if (count < PART_NAMES.length) {
    throw new StepError(
      count === 1 ? `all rows are of one group: ${names} is the same everywhere` : `the rows are of ${count} groups by ${names}: too few for one in each part`,
      'group by a column with more values, or leave `group` out',
    );
  }
  const strata = params.stratify ? strataOf(target) : undefined;
  const parts = assignGroups({ grouped, keys, shares, salt, ...(strata === undefined ? {} : { strata }) });
  const found = countCodes(parts, PART_NAMES.length).map((size) => size / rows);
  if (found.every((share, part) => Math.abs(share - (shares[part] ?? 0)) <= FAR)) return { parts };
  const listed = PART_NAMES.map((part, i) => `\`${part}\` has ${percent(found[i] ?? 0)} of the rows, not ${percent(shares[i] ?? 0)}`);
  return { parts, warnings: [`groups by ${names} are too large to be dealt out exactly: ${listed.join('; ')}`] };
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
