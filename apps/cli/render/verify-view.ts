import type { PartDifference, VerifiedStep } from '../../session/session.ts';
import { formatCount, formatSeconds } from './format.ts';
import { clean, count, hanging, pad, truncate, wrap, type Style, type View } from './text.ts';

/** How many steps came out how, as `verify --json` has it. */
export interface VerifySummary {
  readonly same: number;
  readonly different: number;
  readonly failed: number;
  readonly notCompared: number;
  readonly notMade: number;
}

/** Counts steps by their state. */
export function summarizeVerified(steps: readonly VerifiedStep[]): VerifySummary {
  const inState = (state: VerifiedStep['state']): number => steps.filter((step) => step.state === state).length;
  return { same: inState('same'), different: inState('different'), failed: inState('failed'), notCompared: inState('not-compared'), notMade: inState('not-made') };
}

const MARKS: Readonly<Record<VerifiedStep['state'], readonly [string, Style]>> = {
  same: ['✓', 'green'],
  different: ['✗', 'red'],
  failed: ['✗', 'red'],
  'not-made': ['-', 'yellow'],
  'not-compared': ['≈', 'dim'],
};

/** Cells that a value has in a line of differences. */
const ROOM = 40;

/** What came of one step: a line, and one more for each part that differs. */
export function renderVerified(step: VerifiedStep, nameWidth: number, view: View): string[] {
  const [mark, style] = MARKS[step.state];
  const label = `  ${view.paint(style, mark)} ${pad(clean(step.name), Math.min(nameWidth, 32))}  `;
  return [...hanging(label, outcomeOf(step), view.width), ...(step.differences ?? []).flatMap((one) => hanging('      ', view.paint('red', describeDifference(one)), view.width))];
}

function outcomeOf({ state, threads, madeWith, seconds }: VerifiedStep): string {
  const how = threads === undefined ? '' : `on ${count(threads, 'thread')}${madeWith === undefined ? '' : `, made on ${madeWith}`}`;
  const took = seconds === undefined ? '' : `, ${formatSeconds(seconds)}`;
  switch (state) {
    case 'same':
      return `the same bytes ${how}${took}`;
    case 'different':
      return `different ${how}${took}`;
    case 'failed':
      return `failed ${how}`;
    case 'not-made':
      return 'not made yet: nothing to compare with';
    case 'not-compared':
      return 'not compared: statistical, it may differ from run to run';
  }
}

/** `column late, row 13: true → false (2 rows differ)` */
function describeDifference({ part, place, before, after, rows }: PartDifference): string {
  const value = (text: string | null): string => (text === null ? 'none' : truncate(clean(text), ROOM));
  const more = rows === undefined ? '' : ` (${formatCount(rows)} ${rows === 1 ? 'row differs' : 'rows differ'})`;
  return `${part === 'value' ? '' : `${part}: `}${clean(place)}: ${value(before)} → ${value(after)}${more}`;
}

/** `11 steps came out the same · 1 not compared` */
export function renderVerifySummary({ same, different, failed, notCompared, notMade }: VerifySummary, view: View): string[] {
  const parts = [
    different > 0 ? `${count(different, 'step')} came out differently` : '',
    failed > 0 ? `${count(failed, 'step')} failed` : '',
    same > 0 ? `${count(same, 'step')} came out the same, byte for byte` : '',
    notCompared > 0 ? `${notCompared} not compared` : '',
    notMade > 0 ? `${notMade} not made yet` : '',
  ];
  return ['', ...wrap(parts.filter((part) => part !== '').join(' · '), view.width).map((line) => view.paint(different + failed > 0 ? 'red' : 'green', line))];
}
