import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import { deriveSalt, hashWords, type Salt } from '../../runtime/data/hash.ts';
import { loadCodes, NO_PART, withQueries } from '../../runtime/data/load-parts.ts';
import { inputOf, openTable, withDuckDB } from '../../runtime/data/load-table.ts';
import { loadTarget } from '../../runtime/data/load-target.ts';
import type { Target } from '../../runtime/data/matrix.ts';
import { orderFloats } from '../../runtime/data/sort-floats.ts';
import type { Drawing } from './bootstrap-of.ts';
import { describeParts, queryCodes, writeCodes } from './describe-parts.ts';
import type { ColumnName } from './split-params.ts';

interface BootstrapParams extends Drawing {
  /** For classifications: the sample has each class' share. */
  readonly target?: ColumnName;
}

/** The most times that one row is drawn: what the file of codes can hold. */
const MOST_TIMES = 0xffff;

/** Draws the sample, and counts how often each row is in it. */
export async function runBootstrap(context: RunContext): Promise<RunResult> {
  const params = context.step.params as unknown as BootstrapParams;
  const split = inputOf(context, 'parts', 'split');
  const salt = deriveSalt(context.seed ?? '0', `sample:${params.sample}`);
  const { codes, target } = await withDuckDB(context, async (connection) => ({
    codes: await loadCodes(connection, context, split),
    target: params.target === undefined ? await withQueries(connection, context, split, NO_CLASSES) : await loadTarget(connection, await openTable(context, 'parts.table'), params.target.$column, split),
  }));
  const times = new Uint16Array(codes.length);
  for (const positions of strata(codes, target)) draw(positions, params, { salt, times });
  const kept = codes.map((code, row) => (code === 0 && times[row] === 0 ? NO_PART : code));
  const parts = describeParts(kept, target);
  const artifact: SplitArtifact = {
    ...split,
    codes: await writeCodes(context, { part: kept, times, ...queryCodes(target) }),
    repeated: true,
    parts: { ...parts, train: { ...parts.train, ...countDrawn(times, target) } },
  };
  return { outputs: { value: artifact } };
}

const NO_CLASSES: Target = { kind: 'numbers', values: new Float64Array() };

/** The positions of the training rows: of each class, or all. */
function strata(codes: Uint8Array, target: Target): Uint32Array[] {
  const counts = target.kind === 'classes' ? target.classes.length : 1;
  const found = Array.from({ length: counts }, (): number[] => []);
  codes.forEach((code, row) => {
    if (code === 0) found[target.kind === 'classes' ? target.codes[row]! : 0]!.push(row);
  });
  return found.map((positions) => Uint32Array.from(positions));
}

interface Drawn {
  readonly salt: Salt;
  /** How often each row of the table is drawn. */
  readonly times: Uint16Array;
}

function draw(positions: Uint32Array, { share, replace }: Drawing, { salt, times }: Drawn): void {
  const { length } = positions;
  const size = length === 0 ? 0 : Math.max(1, Math.round(share * length));
  if (!replace) {
    const order = orderFloats(Float64Array.from(positions, (position) => hashWords(position, 0, salt[0], salt[1])));
    for (let rank = 0; rank < size; rank++) times[positions[order[rank]!]!] = 1;
    return;
  }
  // A stratum is told from others by its first row.
  for (let number = 0; number < size; number++) {
    const chosen = positions[Math.floor((hashWords(number, positions[0]!, salt[2], salt[3]) / 2 ** 32) * length)]!;
    if (times[chosen]! === MOST_TIMES) throw new StepError('one row would be drawn more than 65,535 times', 'take a smaller `sample`');
    times[chosen]! += 1;
  }
}

function countDrawn(times: Uint16Array, target: Target): Pick<SplitArtifact['parts']['train'], 'rows' | 'classes'> {
  const classes = new Array<number>(target.kind === 'classes' ? target.classes.length : 0).fill(0);
  if (target.kind === 'classes') times.forEach((count, row) => (classes[target.codes[row]!]! += count));
  return { rows: times.reduce((sum, count) => sum + count, 0), classes };
}
