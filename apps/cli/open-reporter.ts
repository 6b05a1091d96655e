import type { ActionRecord } from '../../runtime/store/record.ts';
import type { Session } from '../session/session.ts';
import type { GlobalFlags } from './command.ts';
import type { OpenPlan } from './open-plan.ts';
import type { RunProgress } from './render/progress.ts';
import { jsonReporter, liveReporter, plainReporter, type Reporter } from './report-run.ts';
import type { LiveLines, Terminal } from './terminal.ts';

/** Whom a run is reported to, and what it follows. */
export interface Audience {
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  /** Where lines can change in place. */
  readonly live?: LiveLines | undefined;
  /** What another run was making when this one took its place. */
  readonly earlier?: RunProgress | undefined;
}

/** The report of a run in the form that was asked for: events for programs, lines that change in place, or lines. */
export async function openReporter(session: Session, { preview, textOf, warnings = [] }: Pick<OpenPlan, 'preview' | 'textOf'> & Partial<Pick<OpenPlan, 'warnings'>>, { flags, terminal, live, earlier }: Audience): Promise<Reporter> {
  if (flags.json) return jsonReporter(terminal, { textOf, debug: flags.debug, warnings });
  const store = await session.openStore();
  const fingerprints = new Map(preview.steps.map(({ step }) => [step.name, step.fingerprint]));
  const recordOf = (name: string, key: string): ActionRecord | undefined => store.lookup(fingerprints.get(name) ?? '', key);
  const facts = { steps: preview.steps.map(({ step }) => step), recordOf, earlier };
  return live === undefined ? plainReporter(terminal, { ...facts, quiet: flags.quiet }) : liveReporter(terminal, live, facts);
}
