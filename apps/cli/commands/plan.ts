import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Guarantee } from '../../../compiler/plan/plan.ts';
import type { Preview } from '../../../compiler/plan/preview.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { failure } from '../failure.ts';
import { asText } from '../flags.ts';
import { openPlan, type OpenPlan } from '../open-plan.ts';
import { planJson } from '../render/plan-json.ts';
import { isPending, summaryLine } from '../render/plan-summary.ts';
import { renderPlan } from '../render/plan-view.ts';
import { safeJson } from '../render/safe-json.ts';

/** `mlp plan FILE|PLAN [-o PLAN] [--exit-code]` */
export const plan: RunCommand = async (context, { args: [file = ''], options }) => {
  const { flags, terminal } = context;
  const out = asText(options['out']);
  if (out !== undefined) checkName(out);
  const saved = await openSaved(file, out, context);
  if (saved !== undefined) {
    await printPreview(saved, context);
    return exitCode(saved, options);
  }
  return context.withSession(async (session) => {
    const opened = await openPlan(session, file, context);
    const { preview } = opened;
    if (out !== undefined) await savePlan(out, opened, context);
    await printPreview(preview, context);
    if (out !== undefined && !flags.json && !flags.quiet) terminal.print(`Saved to ${out}: \`mlp apply ${out}\` does this, or says what has changed`);
    return exitCode(preview, options);
  });
};

/** The preview of a saved plan, as it was saved; `undefined` for a pipeline. */
async function openSaved(file: string, out: string | undefined, { flags, terminal }: CommandContext): Promise<Preview | undefined> {
  if (extname(file).toLowerCase() === '.mlp') return undefined;
  const [{ readSavedPlan }, { savedPreview }] = await Promise.all([import('../saved-plan.ts'), import('../../../compiler/plan/saved-plan.ts')]);
  const given = await readSavedPlan(file, flags);
  if (given === undefined) return undefined;
  const { program, basis } = given.saved;
  if (out !== undefined) throw failure('usage', { problem: `\`${file}\` is a saved plan already`, hint: `\`mlp plan ${basis.file} -o ${out}\` makes a new one` });
  if (!flags.json && !flags.quiet) terminal.print(`${file} is a plan of ${basis.file}, saved by mlp ${program}; as it was then:\n`);
  return savedPreview(given.saved);
}

async function printPreview(preview: Preview, { flags, terminal }: CommandContext): Promise<void> {
  if (flags.json) {
    const guarantees = preview.removed.length === 0 ? undefined : await loadGuarantees();
    terminal.print(safeJson(planJson(preview, (kind) => guarantees?.(kind)), 2));
  } else if (flags.quiet) terminal.print(summaryLine(preview));
  else for (const line of renderPlan(preview, terminal.view())) terminal.print(line);
}

function exitCode(preview: Preview, options: Parameters<RunCommand>[1]['options']): number {
  return options['exitCode'] === true && isPending(preview) ? EXIT.pending : EXIT.done;
}

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
