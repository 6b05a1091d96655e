import { addTo } from '../add-to.ts';
import { finishPlan, lowerProgram, type Compilation, type CompileRequest } from '../compile.ts';
import { orderDeclarations } from '../infer/order-declarations.ts';
import { joinPlan } from '../lower/lower-plan.ts';
import type { Asking } from '../needs.ts';
import { findChange, type Change } from './find-change.ts';
import { layGroundwork, type Groundwork, type Unit } from './groundwork.ts';

/**
 * Compiles a text of which most is as it was: what is new, what names or reads it, and what all these name are compiled
 * in a text that has only them, and the rest is taken from the groundwork. The result is that of `compile`. `undefined`
 * where this cannot be done, or where there is anything to report: then the whole text is to be compiled. The request
 * has to be that of the groundwork, but for the text.
 *
 * Other items matter to a declaration by their names alone. Every item that has a word of it is taken along, wherever
 * the word stands: what is left out can neither be meant nor be missed.
 */
export function* recompile(request: CompileRequest, groundwork: Groundwork): Asking<Compilation | undefined> {
  // What is not taken along could not be a target.
  if (request.targets !== undefined && request.targets.length > 0) return undefined;
  const change = findChange(groundwork, request.text, request.file);
  if (change === undefined) return undefined;
  const taken = takeAlong(change, groundwork);
  const { value: lowered, diagnostics } = yield* lowerProgram({ ...request, text: blankOthers(change, taken) });
  const compiled = lowered === undefined || diagnostics.length > 0 ? undefined : layGroundwork(lowered);
  if (lowered === undefined || compiled === undefined) return undefined;

  const byStart = new Map(compiled.units.map((unit) => [unit.start, unit]));
  const units = change.units.map((unit) => (taken.has(unit) ? byStart.get(unit.start) : unit));
  if (compiled.units.length !== taken.size || !units.every((unit) => unit !== undefined)) return undefined;
  const declarations = units.flatMap((unit) => unit.declarations);
  const dependencies = new Map(declarations.map(({ name, reads }) => [name, reads]));
  let isCyclic = false;
  const ordered = orderDeclarations(declarations, dependencies, () => (isCyclic = true));
  if (isCyclic || dependencies.size !== declarations.length) return undefined;
  const plan = yield* finishPlan(joinPlan(lowered.head, ordered), [], request);
  return { value: { plan, tests: lowered.tests, groundwork: { text: request.text, units } }, diagnostics: [] };
}

/** The units that have to be compiled. */
function takeAlong(change: Change, groundwork: Groundwork): ReadonlySet<Unit> {
  const { units, fresh, names } = change;
  const { named, naming, declaring } = findMentions(change, groundwork);
  // Downwards: what names something new, and again what names that.
  const taken = new Set(fresh);
  const changed = new Set(names);
  for (const name of changed) {
    for (const unit of naming.get(name) ?? []) {
      taken.add(unit);
      for (const own of unit.names) changed.add(own);
    }
  }
  // Everything may depend on params, and tests are not kept.
  for (const unit of units) if (unit.kind !== 'declaration' && unit.kind !== 'for') taken.add(unit);
  // Upwards: what these name, and what that names.
  for (const unit of taken) for (const name of named.get(unit) ?? []) for (const above of declaring.get(name) ?? []) taken.add(above);
  return taken;
}

interface Mentions {
  readonly declaring: ReadonlyMap<string, readonly Unit[]>;
  readonly naming: ReadonlyMap<string, readonly Unit[]>;
  readonly named: ReadonlyMap<Unit, readonly string[]>;
}

/** Which units declare a name, and which name it: have it as a word, or read it. */
function findMentions({ text, units, names }: Change, groundwork: Groundwork): Mentions {
  const declaring = new Map<string, Unit[]>();
  for (const unit of units) for (const name of unit.names) addTo(declaring, name, unit);
  const known = new Set([...names, ...declaring.keys()]);
  const owners = new Map(groundwork.units.flatMap((unit) => unit.declarations.map(({ name }) => [name, unit.names] as const)));
  const naming = new Map<string, Unit[]>();
  const named = new Map<Unit, readonly string[]>();
  units.forEach((unit, index) => {
    const words = text.slice(units[index - 1]?.end ?? 0, unit.end).toLowerCase().match(/\w+/g) ?? [];
    // In `"FROM\nlegs"` the word is another.
    const read = unit.declarations.flatMap(({ reads }) => reads.flatMap((step) => owners.get(step) ?? []));
    const mentioned = [...new Set([...words, ...read])].filter((word) => known.has(word));
    named.set(unit, mentioned);
    for (const word of mentioned) addTo(naming, word, unit);
  });
  return { declaring, naming, named };
}

/** The text with all else made blank, so that everything stands where it stands. */
function blankOthers({ text, units }: Change, taken: ReadonlySet<Unit>): string {
  let blanked = '';
  let from = 0;
  for (const unit of units) {
    const own = text.slice(from, unit.end);
    blanked += taken.has(unit) ? own : own.replace(/[^\n]+/g, (line) => ' '.repeat(line.length));
    from = unit.end;
  }
  return blanked + text.slice(from);
}
