import type { Guarantee } from '../../../compiler/plan/plan.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { failure } from '../failure.ts';
import { openPlan } from '../open-plan.ts';
import { planJson } from '../render/plan-json.ts';
import { isPending, summaryLine } from '../render/plan-summary.ts';
import { renderPlan } from '../render/plan-view.ts';
import { safeJson } from '../render/safe-json.ts';

/** `mlp plan FILE [--exit-code]` */
export const plan: RunCommand = (context, { args: [file = ''], options }) =>
  context.withSession(async (session) => {
    if (options['out'] !== undefined) throw failure('not-in-this-version', { construct: 'mlp plan -o' });
    const { flags, terminal } = context;
    const { preview } = await openPlan(session, file, context);
    if (flags.json) {
      const guarantees = preview.removed.length === 0 ? undefined : await loadGuarantees();
      terminal.print(safeJson(planJson(preview, (kind) => guarantees?.(kind)), 2));
    } else if (flags.quiet) terminal.print(summaryLine(preview));
    else for (const line of renderPlan(preview, terminal.view())) terminal.print(line);
    return options['exitCode'] === true && isPending(preview) ? EXIT.pending : EXIT.done;
  });

async function loadGuarantees(): Promise<(kind: string) => Guarantee | undefined> {
  const { registry } = await import('../../../stdlib/index.ts');
  return (kind) => registry.get(kind)?.guarantee;
}
