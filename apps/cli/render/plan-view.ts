import type { PreviousStep } from '../../../compiler/plan/describe-change.ts';
import type { Preview, StepPreview } from '../../../compiler/plan/preview.ts';
import type { LearnedSize, PlanStep } from '../../../compiler/plan/plan.ts';
import { TENSORFLOW, TENSORFLOWJS } from '../../../runtime/providers/backends.ts';
import { platformName } from '../../../runtime/providers/platform.ts';
import { formatBytes, formatSeconds } from './format.ts';
import { groupSteps, withGroupNames, type GroupedStep } from './group-steps.ts';
import { isDoneByOther, isPending, summaryLine } from './plan-summary.ts';
import { describeReasons, isWait } from './reasons.ts';
import { renderTable, type Cell, type Table, type TableColumn } from './table.ts';
import { count, docLines, firstSentence, hanging, truncate, wrap, type Style, type View } from './text.ts';

/** Below this width kinds and states in words are left out, so that the reasons have room; glyphs tell the states. */
export const ROOM_FOR_KINDS = 72;

/** Lines of the short plan before an apply. */
const SHORT = 20;

/**
 * The preview for people: one line a step, with its state, what it is and why it runs, and below those that are to run
 * what their authors say of them; then the figures.
 */
export function renderPlan(preview: Preview, view: View): string[] {
  const grouped = groupSteps(preview.steps, describeStep);
  const rows = [...grouped.map((one) => stepRow(one, view)), ...preview.removed.map((one) => removedRow(one, view))];
  const lines = renderTable(planTable(rows, view), view).flatMap((line, index) => [line, ...docLine(grouped[index]?.one, view)]);
  return [...heading(preview, view), ...lines, '', ...guarantees(preview, view), ...wrapSummary(preview, view)];
}

/** The plan before an apply: only what will or may run, and the figures. */
export function renderShortPlan(preview: Preview, view: View): string[] {
  const pending = groupSteps(preview.steps, describeStep).filter(({ one }) => one.state !== 'cached' || one.failed === true);
  const shown = pending.slice(0, SHORT).map((one) => stepRow(one, view));
  const more = countSteps(pending.slice(SHORT));
  const title = `${view.paint('bold', preview.plan.pipeline)} ${view.paint('dim', preview.plan.file)}`;
  return [
    title,
    ...(shown.length === 0 ? [] : renderTable(planTable(shown, view), view)),
    ...(more > 0 ? [view.paint('dim', `    and ${count(more, 'more step')}`)] : []),
    ...wrapSummary(preview, view),
  ];
}

/** What is not as it was: steps that will or may run, those that are other ones and done already, those that are gone. */
export function renderDifference(preview: Preview, view: View): string[] {
  const grouped = groupSteps(preview.steps, describeStep);
  const shown = grouped.filter(({ one }) => one.state !== 'cached' || (one.change !== 'unchanged' && one.step.fusedInto === undefined));
  const more = countSteps(shown.slice(SHORT));
  const rows = [...shown.slice(0, SHORT).map((one) => stepRow(one, view)), ...preview.removed.map((one) => removedRow(one, view))];
  return [
    ...(rows.length === 0 ? [] : renderTable(planTable(rows, view), view)),
    ...(more > 0 ? [view.paint('dim', `    and ${count(more, 'more step')}`)] : []),
    ...wrapSummary(preview, view),
  ];
}

function countSteps(grouped: readonly GroupedStep[]): number {
  return grouped.reduce((sum, { all }) => sum + all.length, 0);
}

function heading({ plan }: Preview, view: View): string[] {
  const title = `${view.paint('bold', plan.pipeline)} ${view.paint('dim', plan.file)}`;
  return [title, ...docLines(plan.doc?.split(/\n\s*\n/)[0], view), ''];
}

function docLine(one: StepPreview | undefined, view: View): string[] {
  if (one?.step.doc === undefined || one.state === 'cached') return [];
  return [view.paint('dim', truncate(`     ${firstSentence(one.step.doc)}`, view.width))];
}

function planTable(rows: readonly (readonly Cell[])[], view: View): Table {
  const columns: readonly TableColumn[] = [
    {},
    { least: 10, cut: 'middle' },
    ...(view.width < ROOM_FOR_KINDS ? [] : [{ least: 7 }]),
    { least: 14 },
    { align: 'right' },
  ];
  return { columns, rows, indent: 2 };
}

const GLYPHS = { cached: '✓', run: '▸', maybe: '?', removed: '-', failed: '✗', held: '-' } as const;
const STYLES = { cached: 'dim', run: 'green', maybe: 'yellow', removed: 'red', failed: 'red', held: 'yellow' } as const satisfies Record<keyof typeof GLYPHS, Style>;

function stepRow({ one, all }: GroupedStep, view: View): Cell[] {
  const { step, state } = one;
  const isHeld = one.heldBy !== undefined;
  const sign = isHeld ? 'held' : one.failed === true ? 'failed' : state;
  const quiet: Style | undefined = isHeld || sign === 'cached' ? 'dim' : undefined;
  const styled = (text: string, style: Style | undefined): Cell => (style === undefined ? text : { text, style });
  const guessed = all.some(({ estimate }) => estimate.basis === 'guess');
  const seconds = all.reduce((sum, { estimate }) => sum + estimate.seconds, 0);
  return [
    { text: GLYPHS[sign], style: STYLES[sign] },
    styled(all.length === 1 ? step.name : `${step.name} ×${all.length}`, quiet ?? 'bold'),
    ...(view.width < ROOM_FOR_KINDS ? [] : [{ text: step.kind, style: 'dim' as const }]),
    styled(view.width < ROOM_FOR_KINDS ? describeStep(one).replace(/^(may )?run: /, '') : describeStep(one), quiet),
    { text: state === 'cached' || isHeld || isDoneByOther(one) ? '' : `${guessed ? '~' : ''}${formatSeconds(seconds)}`, style: 'dim' },
  ];
}

function removedRow({ name, kind }: PreviousStep, view: View): Cell[] {
  return [
    { text: GLYPHS.removed, style: STYLES.removed },
    { text: name, style: 'dim' },
    ...(view.width < ROOM_FOR_KINDS ? [] : [{ text: kind, style: 'dim' as const }]),
    { text: 'removed: no longer in the file', style: 'dim' },
    '',
  ];
}

/** What will happen to a step and why: `run: eta 0.1 → 0.05`. */
export function describeStep(one: StepPreview): string {
  const { step, state, renamedFrom, failed, heldBy } = one;
  if (heldBy !== undefined) return `skipped: ${heldBy} fails`;
  if (failed === true) return 'cached: it fails';
  const name = renamedFrom === undefined ? [] : [`was ${renamedFrom}`];
  if (step.sameAs !== undefined) return `same as ${step.sameAs}`;
  const word = { cached: 'cached', run: 'run', maybe: 'may run' }[state];
  const inside = step.fusedInto === undefined ? [] : [`runs inside ${step.fusedInto}`];
  const why = [...inside, ...name, ...reasonsOf(one)];
  return why.length === 0 ? word : `${word}: ${why.join(', ')}`;
}

function reasonsOf({ change, reasons, state }: StepPreview): string[] {
  // What is there already may still be another thing than last time.
  if (state === 'cached') return change === 'changed' ? describeReasons(reasons) : [];
  const own = reasons.filter((reason) => !isWait(reason));
  // What it waits for matters where nothing else makes it run.
  const described = describeReasons(state === 'run' && own.length > 0 ? own : reasons);
  if (described.length > 0) return described;
  if (change === 'added') return ['new'];
  if (change === 'changed') return ['it changed, and what it was is not recorded any more'];
  return state === 'maybe' ? ['an input has yet to be made'] : ['its result is missing'];
}

/** How large networks are and what they run on, and which steps promise less than the same bytes everywhere. */
function guarantees(preview: Preview, view: View): string[] {
  const steps = new Map(withGroupNames(preview.steps).map(({ step }) => [step.name, step]));
  const named = (guarantee: string): string => [...steps.values()].filter((step) => step.guarantee === guarantee).map(({ name }) => name).join(', ');
  const platform = named('platform');
  const statistical = named('statistical');
  const backends = [...steps.values()].flatMap(({ name, engine }) => (engine === undefined ? [] : describeBackend(name, engine)));
  const learned = [...steps.values()].flatMap(({ name, learns }) => (learns === undefined ? [] : `${name} (${describeSize(learns)})`));
  const lines = [
    ...(learned.length === 0 ? [] : hanging('learns: ', learned.join(', '), view.width)),
    ...(backends.length === 0 ? [] : hanging('backend: ', backends.join(', '), view.width)),
    ...(platform === '' ? [] : hanging('platform: ', `${platform} (the same bytes on one platform)`, view.width)),
    ...(statistical === '' ? [] : hanging('statistical: ', `${statistical} (may differ from run to run)`, view.width)),
  ];
  return lines.map((line) => view.paint('dim', line));
}

/** `at least 5,169 parameters, 1.2 MB while it trains` */
export function describeSize({ parameters, bytes, exact }: LearnedSize): string {
  return `${exact ? '' : 'at least '}${count(parameters, 'parameter')}, ${formatBytes(bytes)} while it trains`;
}

/** Of engines that stand in for one another, which it is, and why. */
function describeBackend(step: string, { name, version }: NonNullable<PlanStep['engine']>): string[] {
  if (name === TENSORFLOW) return [`${step} (${name} ${version}, which mlp.lock pins for ${platformName()})`];
  return name === TENSORFLOWJS ? [`${step} (${name} ${version}, as mlp.lock has no ${TENSORFLOW} for ${platformName()})`] : [];
}

function wrapSummary(preview: Preview, view: View): string[] {
  const lines = wrap(summaryLine(preview), view.width);
  const style = preview.steps.some(({ failed }) => failed === true) ? 'red' : isPending(preview) ? 'bold' : 'green';
  return lines.map((line) => view.paint(style, line));
}
