import type { Reason } from '../../../compiler/plan/describe-change.ts';
import type { Estimate } from '../../../compiler/plan/estimate.ts';
import type { StepPreview } from '../../../compiler/plan/preview.ts';
import type { ActionRecord } from '../../../runtime/store/record.ts';
import type { ChangedColumn } from '../../session/session.ts';
import { formatBytes, formatCount, formatSeconds, formatTime, shortDigest } from './format.ts';
import { diffLines } from './line-diff.ts';
import { describeReason, readableValue } from './reasons.ts';
import { renderTable } from './table.ts';
import { clean, count, hanging, truncate, type View } from './text.ts';

/** A step with its state, and the record of its last result if there is one of this plan. */
export interface Why {
  readonly preview: StepPreview;
  readonly record: ActionRecord | undefined;
  /** By the parts of its reasons: how columns that it reads differ from what they were, row by row. */
  readonly columns: ReadonlyMap<string, ChangedColumn>;
}

/** Why a step is cached or would run: each part of its key that differs, old and new, and what its key is made of. */
export function renderWhy({ preview, record, columns }: Why, view: View): string[] {
  const { step, reasons } = preview;
  const differences = reasons.filter(({ after }) => after !== 'to be made');
  return [
    `${view.paint('bold', step.name)} ${view.paint('dim', `${step.keyword} ${step.kind}`)}`,
    ...hanging('  ', held(preview) + verdict(preview, record), view.width),
    ...(differences.length === 0 ? [] : ['', 'Since the last apply:', ...differences.flatMap((reason) => renderReason(reason, columns.get(reason.part), view))]),
    '',
    ...renderKey({ preview, record }, view),
    ...(record === undefined && preview.step.fusedInto === undefined && preview.step.sameAs === undefined ? ['', ...hanging('Expected  ', describeEstimate(preview.estimate), view.width)] : []),
  ];
}

/** `3.1 s, 1,000 rows, 20 kB, 310 MB of memory: as gbm took, scaled from 500 rows read to 1,000` */
function describeEstimate({ seconds, rows, bytes, memory, basis, like, scaled }: Estimate): string {
  const figures = [
    formatSeconds(seconds),
    ...(rows === undefined ? [] : [count(rows, 'row')]),
    ...(bytes === undefined ? [] : [`${formatBytes(bytes)} ${basis === 'guess' ? 'to read' : ''}`.trim()]),
    ...(memory === undefined ? [] : [`${formatBytes(memory)} of memory`]),
  ];
  const from = basis === 'guess' ? 'a guess: no step of its kind has run yet' : like === undefined ? 'as the last time' : `as ${like} took, which is of its kind`;
  return `${figures.join(', ')} – ${from}${scaled === undefined ? '' : `, scaled from ${formatCount(scaled.before)} rows read to ${formatCount(scaled.after)}`}`;
}

/** What a check that failed has to do with it: the state behind it is what the step comes to once the check passes. */
function held({ failed, heldBy }: StepPreview): string {
  if (failed === true) return 'the check failed, and what reads the checked table is skipped until it passes; ';
  return heldBy === undefined ? '' : `skipped as long as the check ${heldBy} fails; once it passes: `;
}

function verdict({ step, state, change, renamedFrom, reasons }: StepPreview, record: ActionRecord | undefined): string {
  const other = step.sameAs !== undefined ? `${step.sameAs} does the same on the same inputs and is run in its place; ` : step.fusedInto !== undefined ? `it runs inside ${step.fusedInto}; ` : '';
  const waits = [...new Set(reasons.filter(({ after }) => after === 'to be made').map(({ part }) => part.slice(part.indexOf(':') + 1)))];
  const name = renamedFrom === undefined ? '' : `, when it was called ${renamedFrom}`;
  switch (state) {
    case 'cached':
      return record === undefined
        ? `${other}cached: its result is in the store`
        : `${other}cached: the result of this key was made ${formatTime(record.made)} in ${formatSeconds(record.seconds)}${name}${change === 'changed' ? '; the last apply used another one' : ''}`;
    case 'run':
      if (waits.length > 0) return `${other}it will run once ${waits.join(', ')} ${waits.length === 1 ? 'is' : 'are'} made: nothing is recorded for what it does`;
      if (change === 'added') return `${other}it will run: no apply has seen it yet, and no result has its key`;
      return change === 'unchanged' ? `${other}it will run: nothing has changed, but its result is not in the store` : `${other}it will run: no result has its key`;
    case 'maybe':
      return `${other}it may run: ${waits.length === 0 ? 'an input has' : `${waits.join(', ')} ${waits.length === 1 ? 'has' : 'have'}`} yet to be made, and if what comes out is the same as before, it is cached`;
  }
}

function renderReason(reason: Reason, column: ChangedColumn | undefined, view: View): string[] {
  const { part, before, after } = reason;
  if (part === 'sql' && before !== null && after !== null) {
    const lines = diffLines(before, after).map(({ mark, text }) => {
      const line = `    ${mark} ${clean(text)}`.trimEnd();
      return mark === ' ' ? view.paint('dim', line) : view.paint(mark === '+' ? 'green' : 'red', line);
    });
    return ['  sql', ...lines];
  }
  if (column !== undefined) return hanging('  ', `${clean(part)}: ${describeColumn(column)}`, view.width);
  const isDigest = /^(column|value|source):/.test(part);
  const shown = (value: string | null): string => (isDigest && value !== null ? value.replace(/[0-9a-f]{64}/g, shortDigest) : readableValue(value));
  if (before === null || after === null) return hanging('  ', describeReason(reason), view.width);
  return [`  ${part}`, ...hanging(view.paint('red', '    - '), shown(before), view.width), ...hanging(view.paint('green', '    + '), shown(after), view.width)];
}

/** `12 of 3,000,000 rows differ, the first is row 13: 4 → 5` */
function describeColumn({ differ, of, first }: ChangedColumn): string {
  if (first === undefined) return 'another type, or another encoding of the same values';
  const value = (text: string | null): string => (text === null ? 'null' : truncate(clean(text), 24));
  return `${formatCount(differ)} of ${count(of, 'row')} ${differ === 1 ? 'differs' : 'differ'}, the first is row ${formatCount(first.row)}: ${value(first.before)} → ${value(first.after)}`;
}

function renderKey({ preview, record }: Pick<Why, 'preview' | 'record'>, view: View): string[] {
  const { step, key } = preview;
  const parts = Object.entries(record?.parts ?? step.identity).filter(([name]) => name !== 'sql');
  const rows = parts.map(([name, value]) => [{ text: inTermsOf(name, preview), style: 'dim' as const }, readableValue(value.replace(/[0-9a-f]{64}/g, shortDigest))]);
  const made = record === undefined ? [] : [['rows', record.rows === undefined ? '' : record.rows.toLocaleString('en-US')], ['memory', record.peakMemory === undefined ? '' : formatBytes(record.peakMemory)]];
  const facts = made.filter(([, value]) => value !== '').map(([name, value]) => [{ text: name ?? '', style: 'dim' as const }, value ?? '']);
  const columns = [{ least: 12 }, { least: 16 }];
  return [
    `Key ${key === undefined ? view.paint('dim', 'known once its inputs are made') : view.paint('dim', key)}`,
    ...renderTable({ columns, rows, indent: 2 }, view),
    ...(facts.length === 0 ? [] : ['', 'Last run', ...renderTable({ columns, rows: facts, indent: 2 }, view)]),
  ];
}

/** A part of a key with the input's name in place of its slot. */
function inTermsOf(part: string, { step }: StepPreview): string {
  const [, what = '', rest = ''] = /^(column|rows|value):(.*)$/.exec(part) ?? [];
  const input = [...step.inputs].sort((a, b) => b.slot.length - a.slot.length).find(({ slot }) => rest === slot || rest.startsWith(`${slot}.`));
  if (input !== undefined) return `${what}:${input.step}${rest.slice(input.slot.length)}`;
  const source = /^source:(\d+)$/.exec(part);
  return source === null ? part : `source:${step.roots[Number(source[1])]?.path ?? part}`;
}

/** What `why --json` prints. */
export function whyJson({ preview, record, columns }: Why): Record<string, unknown> {
  const { step, state, change, renamedFrom, reasons, key, estimate } = preview;
  return {
    name: step.name,
    keyword: step.keyword,
    kind: step.kind,
    state,
    change,
    ...(renamedFrom === undefined ? {} : { renamedFrom }),
    ...(step.sameAs === undefined ? {} : { sameAs: step.sameAs }),
    ...(step.fusedInto === undefined ? {} : { fusedInto: step.fusedInto }),
    reasons: reasons.map((reason) => (columns.has(reason.part) ? { ...reason, rows: columns.get(reason.part) } : reason)),
    fingerprint: step.fingerprint,
    ...(key === undefined ? {} : { key }),
    parts: record?.parts ?? step.identity,
    estimate,
    ...(preview.failed === undefined ? {} : { failed: preview.failed }),
    ...(preview.heldBy === undefined ? {} : { heldBy: preview.heldBy }),
    ...(record === undefined
      ? {}
      : {
          record: {
            made: record.made,
            seconds: record.seconds,
            ...(record.rows === undefined ? {} : { rows: record.rows }),
            ...(record.peakMemory === undefined ? {} : { peakMemory: record.peakMemory }),
            engines: record.engines,
            outputs: Object.fromEntries(Object.entries(record.outputs).map(([part, { digest }]) => [part, digest])),
            warnings: record.warnings,
          },
        }),
  };
}
