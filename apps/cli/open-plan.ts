import { hasErrors, type Diagnostic } from '../../grammar/diagnostics/index.ts';
import type { Plan } from '../../compiler/plan/plan.ts';
import type { Preview } from '../../compiler/plan/preview.ts';
import type { PlanBasis } from '../../compiler/plan/saved-plan.ts';
import type { Session } from '../session/session.ts';
import type { CommandContext } from './command.ts';
import { Failure, type TextOf } from './failure.ts';
import { printDiagnostics } from './print-diagnostics.ts';

/** A file that compiled, with the state of its steps. */
export interface OpenPlan {
  readonly plan: Plan;
  readonly preview: Preview;
  readonly basis: PlanBasis;
  readonly textOf: TextOf;
  /** What was found on the way and stops nothing: printed for people, and there for programs to be told. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Compiles a file and looks up its steps. Warnings are printed, errors end the command. Damage of the store that is met
 * is an error too, unless the command can mend it.
 */
export async function openPlan(session: Session, file: string, { flags, terminal }: CommandContext, access: 'read' | 'mend' = 'read'): Promise<OpenPlan> {
  const { plan, basis, diagnostics, textOf } = await session.compile(file);
  if (plan === undefined || basis === undefined || hasErrors(diagnostics)) throw new Failure(diagnostics, { textOf });
  if (!flags.json && !flags.quiet) printDiagnostics(diagnostics, textOf, terminal);
  const warnings = [...diagnostics];
  const onDamage = (damage: Diagnostic): void => {
    warnings.push(damage);
    if (!flags.json) printDiagnostics([damage], textOf, terminal);
  };
  return { plan, basis, preview: await session.preview(plan, access === 'mend' ? { onDamage } : undefined), textOf, warnings };
}
