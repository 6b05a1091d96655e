import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Guarantee } from '../../../compiler/plan/plan.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { failure } from '../failure.ts';
import { asText } from '../flags.ts';
import { openPlan, type OpenPlan } from '../open-plan.ts';
import { planJson } from '../render/plan-json.ts';
import { isPending, summaryLine } from '../render/plan-summary.ts';
import { renderPlan } from '../render/plan-view.ts';
import { safeJson } from '../render/safe-json.ts';

/** `mlp plan FILE [-o PLAN] [--exit-code]` */
export const plan: RunCommand = (context, { args: [file = ''], options }) =>
  context.withSession(async (session) => {
    const { flags, terminal } = context;
    const out = asText(options['out']);
    if (out !== undefined) checkName(out);
    const opened = await openPlan(session, file, context);
    const { preview } = opened;
    if (out !== undefined) await savePlan(out, opened, context);
    if (flags.json) {
      const guarantees = preview.removed.length === 0 ? undefined : await loadGuarantees();
      terminal.print(safeJson(planJson(preview, (kind) => guarantees?.(kind)), 2));
    } else if (flags.quiet) terminal.print(summaryLine(preview));
    else {
      for (const line of renderPlan(preview, terminal.view())) terminal.print(line);
      if (out !== undefined) terminal.print(`Saved to ${out}: \`mlp apply ${out}\` does this, or says what has changed`);
    }
    return options['exitCode'] === true && isPending(preview) ? EXIT.pending : EXIT.done;
  });

/** A saved plan is told from a pipeline by its name too, and must not take the place of one. */
function checkName(out: string): void {
  if (extname(out).toLowerCase() === '.mlp') throw failure('usage', { problem: `\`-o ${out}\` names a pipeline`, hint: `give the plan another name, such as \`${out.slice(0, -'.mlp'.length)}.plan\`` });
}

async function savePlan(out: string, { preview, basis }: OpenPlan, { flags, onInterrupt }: CommandContext): Promise<void> {
  const [{ encodeSavedPlan }, { replaceFile }] = await Promise.all([import('../../../compiler/plan/saved-plan.ts'), import('../write-file.ts')]);
  const text = encodeSavedPlan(preview, basis, packageJson.version);
  await replaceFile({ path: resolve(flags.folder, out), shown: out, onInterrupt }, (temporary) => writeFile(temporary, text));
}

async function loadGuarantees(): Promise<(kind: string) => Guarantee | undefined> {
  const { registry } = await import('../../../stdlib/index.ts');
  return (kind) => registry.get(kind)?.guarantee;
}
