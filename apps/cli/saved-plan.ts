import { readFile } from 'node:fs/promises';
import { extname, relative, resolve } from 'node:path';
import { compareSaved, type SavedChange } from '../../compiler/plan/compare-saved.ts';
import { decodeSavedPlan, type SavedPlan } from '../../compiler/plan/saved-plan.ts';
import { diagnose, type Diagnostic } from '../../grammar/index.ts';
import type { Session } from '../session/session.ts';
import type { GlobalFlags } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { Failure, failure } from './failure.ts';
import type { OpenPlan } from './open-plan.ts';
import { describeSavedChange } from './render/saved-changes.ts';

/** What a command was given: a saved plan, or else the file of a pipeline. */
export interface GivenPlan {
  /** As the user wrote it. */
  readonly shown: string;
  readonly saved: SavedPlan;
}

/** The saved plan that a path names; `undefined` for a pipeline. What is neither, or a damaged plan, ends the command. */
export async function readSavedPlan(shown: string, { folder, session }: GlobalFlags): Promise<GivenPlan | undefined> {
  const path = resolve(folder, shown);
  const extension = extname(path).toLowerCase();
  if (extension === '.mlp') return undefined;
  // Whatever cannot be read is told of as a pipeline that cannot.
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined || (!/^\s*\{/.test(text) && extension !== '.json' && extension !== '.plan')) return undefined;
  const decoded = decodeSavedPlan(text, shown);
  if (!decoded.ok) throw new Failure([decoded.diagnostic]);
  const given = [...Object.keys(session.params).map((name) => `--param ${name}`), ...session.targets.map((name) => `--target ${name}`)];
  if (given.length > 0) throw failure('usage', { problem: `\`${given[0] ?? ''}\` cannot change a saved plan`, hint: 'a plan has the params and targets that it was saved with; save another one' });
  return { shown, saved: decoded.saved };
}

/** The pipeline of a saved plan, as it is named from the folder that the command works in. */
export function pipelineOfSaved({ saved }: GivenPlan, session: Session, { folder }: GlobalFlags): string {
  return relative(folder, resolve(session.project, saved.basis.file));
}

/** Ends the command, naming what has changed, unless an apply now would do just what the saved plan says. */
export function requireUnchanged(given: GivenPlan, now: OpenPlan): void {
  const { changes, stale } = findStale(given, now);
  if (stale !== undefined) throw new Failure([stale], { exitCode: EXIT.stale, textOf: now.textOf, facts: { changes } });
}

/** What has changed since a plan was saved, and the error that it is, if anything has. */
export function findStale({ shown, saved }: GivenPlan, { preview, basis }: Pick<OpenPlan, 'preview' | 'basis'>): { readonly changes: readonly SavedChange[]; readonly stale?: Diagnostic } {
  const changes = compareSaved(saved, preview, basis);
  if (changes.length === 0) return { changes };
  const flags = [...Object.entries(saved.basis.params).map(([name, value]) => ` --param '${name}=${value}'`), ...saved.basis.targets.map((name) => ` --target '${name}'`)];
  const command = `mlp plan ${preview.plan.file}${flags.join('')} -o ${shown}`;
  return { changes, stale: diagnose('plan-stale', undefined, { file: shown, changes: changes.map(describeSavedChange), command }) };
}
