import type { Fault, StoreCheck } from '../../../runtime/store/upkeep/check-store.ts';
import type { Use } from '../../../runtime/store/upkeep/uses.ts';
import { formatBytes, formatCount, formatSeconds } from './format.ts';
import { clean, count, hanging, listNames, type View } from './text.ts';

/** A store's check, and what was done about it. */
export interface CheckView {
  readonly root: string;
  readonly check: StoreCheck;
  readonly mended: boolean;
  /** Where damaged files lie now. */
  readonly moved: readonly string[];
}

/** Faults that are listed one by one. */
const MOST = 20;

const PROBLEMS: Readonly<Record<Fault['problem'], string>> = {
  changed: 'does not have the content that its name says',
  missing: 'is missing',
  unreadable: 'does not have the content that was written',
  foreign: 'is no file of the store',
};

/** What was checked, each fault with the steps that it touches, and what is to be done. */
export function renderCheck({ root, check, mended, moved }: CheckView, view: View): string[] {
  const { faults, garbage } = check;
  const checked = `${clean(root)}: ${count(check.objects, 'object')} (${formatBytes(check.bytes)}), ${count(check.records, 'record')} and ${count(check.runs, 'journal')} checked in ${formatSeconds(check.seconds)}`;
  const lines = [...hanging('', checked, view.width)];
  if (faults.length === 0) lines.push(view.paint('green', 'the store is whole'));
  for (const fault of faults.slice(0, MOST)) lines.push(...renderFault(fault, view));
  if (faults.length > MOST) lines.push(view.paint('dim', `  … and ${formatCount(faults.length - MOST)} more: \`--json\` lists them`));
  if (garbage.objects > 0) lines.push(...hanging('', `${count(garbage.objects, 'object')} (${formatBytes(garbage.bytes)}) belong to no result: \`mlp store gc\` removes them`, view.width));
  if (faults.length > 0) lines.push('', ...renderWayOut({ check, mended, moved }, view));
  return lines;
}

function renderFault({ problem, key, uses }: Fault, view: View): string[] {
  return [...hanging(`  ${view.paint('red', '✗')} `, `${clean(key)} ${PROBLEMS[problem]}`, view.width), ...(uses.length === 0 ? [] : hanging('    ', `in ${describeUses(uses)}`, view.width))];
}

/** `gbm, x of flights (3 runs)` */
function describeUses(uses: readonly Use[]): string {
  const pipelines = [...new Set(uses.map(({ pipeline }) => pipeline))];
  return pipelines
    .map((pipeline) => {
      const own = uses.filter((use) => use.pipeline === pipeline);
      return `${listNames([...new Set(own.map(({ step }) => clean(step)))])} of ${clean(pipeline)} (${count(new Set(own.map(({ run }) => run)).size, 'run')})`;
    })
    .join('; ');
}

function renderWayOut({ check, mended, moved }: Omit<CheckView, 'root'>, view: View): string[] {
  const again = check.again.length === 0 ? 'no step of a last finished run is touched' : `the next \`mlp apply\` makes again: ${describeUses(check.again).replace(/ \(1 run\)/g, '')}`;
  if (!mended) return hanging('', `\`mlp store fsck --mend\` moves the damage aside; ${again}`, view.width);
  const where = moved.length === 0 ? 'nothing had to be moved' : `${count(moved.length, 'file')} moved to the folder damaged of the store`;
  return hanging('', `${where}; ${again}`, view.width);
}

/**
 * What `store fsck --json` prints: `{"store", "objects", "records", "runs", "bytes", "seconds", "faults": [{"problem":
 * "changed"|"missing"|"unreadable"|"foreign", "path", "uses": [{"pipeline", "run", "step"}]}], "garbage": {"objects",
 * "bytes"}, "again": [{"pipeline", "run", "step"}], "moved": [PATH…]}`.
 */
export function checkJson(root: string, check: StoreCheck, moved: readonly string[]): Record<string, unknown> {
  const { faults, ...rest } = check;
  return { store: root, ...rest, faults: faults.map(({ problem, key, uses }) => ({ problem, path: key, uses })), moved };
}
