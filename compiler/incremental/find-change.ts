import { parseDocument } from '../../grammar/parse-document.ts';
import type { Place } from '../plan/plan.ts';
import { startsLine, unitsOf, type Groundwork, type Unit } from './groundwork.ts';

/** A text as that of a groundwork with some of its units replaced. */
export interface Change {
  readonly text: string;
  /** All units of the new text; those of `fresh` have yet to be compiled. */
  readonly units: readonly Unit[];
  readonly fresh: ReadonlySet<Unit>;
  /** Names, lower-cased, that are declared anew or no longer. */
  readonly names: ReadonlySet<string>;
}

/**
 * Finds which units of a text are new. `undefined` where that cannot be said with certainty: where what is new is not
 * items in lines of their own, or is more than declarations and tests.
 */
export function findChange({ text: before, units }: Groundwork, text: string, file: string): Change | undefined {
  const least = Math.min(before.length, text.length);
  let same = 0;
  while (same < least && before.charCodeAt(same) === text.charCodeAt(same)) same++;
  let sameAtEnd = 0;
  while (sameAtEnd < least - same && before.charCodeAt(before.length - 1 - sameAtEnd) === text.charCodeAt(text.length - 1 - sameAtEnd)) sameAtEnd++;

  const firstChanged = units.findIndex(({ end }) => end > same);
  const head = firstChanged < 0 ? units : units.slice(0, firstChanged);
  const begin = head.at(-1)?.end ?? 0;
  // A unit of the end starts where the one before ends.
  const firstOfEnd = units.findIndex((_, index) => index >= head.length && startOf(units, index) >= before.length - sameAtEnd);
  const tail = firstOfEnd < 0 ? [] : units.slice(firstOfEnd);
  const shift = text.length - before.length;
  const finish = firstOfEnd < 0 ? text.length : startOf(units, firstOfEnd) + shift;

  const region = text.slice(begin, finish);
  const parsed = parseDocument(file, region);
  const fresh = unitsOf(parsed.value.items, begin);
  const gone = units.slice(head.length, firstOfEnd < 0 ? units.length : firstOfEnd);
  if (parsed.diagnostics.length > 0 || ![...gone, ...fresh].every(({ kind }) => isLocal(kind))) return undefined;
  // On the line of the item before, it documents nothing.
  if (/^[^\n]*\/\/\//.test(region)) return undefined;
  const by: Move = { from: tail[0]?.start ?? before.length, shift, lines: countLines(text, begin, finish) - countLines(before, begin, finish - shift) };
  const kept = head.map((unit) => movePlaces(unit, by));
  const moved = tail.map((unit) => ({ ...movePlaces(unit, by), start: unit.start + shift, end: unit.end + shift }));
  // In the first column, an item begins whatever stands before it.
  if (![...fresh, ...moved.slice(0, 1)].every(({ start }) => startsLine(text, start))) return undefined;
  return {
    text,
    units: [...kept, ...fresh, ...moved],
    fresh: new Set(fresh),
    names: new Set([...gone, ...fresh].flatMap(({ names }) => names)),
  };
}

function startOf(units: readonly Unit[], index: number): number {
  return units[index - 1]?.end ?? 0;
}

/** Whether other items are understood without it, but for those that name it. */
function isLocal(kind: Unit['kind']): boolean {
  return kind === 'declaration' || kind === 'for' || kind === 'test';
}

function countLines(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

interface Move {
  /** Where that begins which stands further down, or up. */
  readonly from: number;
  /** Characters. */
  readonly shift: number;
  readonly lines: number;
}

/** A unit whose steps have their places in the new text: the folds of a report stand where its models do, before it or after it. */
function movePlaces(unit: Unit, by: Move): Unit {
  if (by.shift === 0 && by.lines === 0) return unit;
  return { ...unit, declarations: unit.declarations.map((one) => ({ ...one, steps: one.steps.map((step) => ({ ...step, place: movePlace(step.place, by) })) })) };
}

function movePlace(place: Place, { from, shift, lines }: Move): Place {
  const { span, start } = place;
  if (span.start < from) return place;
  return { span: { ...span, start: span.start + shift, end: span.end + shift }, start: { ...start, line: start.line + lines } };
}
