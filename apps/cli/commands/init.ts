import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { Diagnostic } from '../../../grammar/index.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { failure } from '../failure.ts';
import { renderTemplate, TEMPLATE_FILES } from '../init-template.ts';
import { diagnosticJson, printDiagnostics } from '../print-diagnostics.ts';
import { describeFetch } from '../render/progress.ts';
import { safeJson } from '../render/safe-json.ts';
import { renderTable, type Cell } from '../render/table.ts';

const IGNORED = '.mlp/';

/**
 * `mlp init [DIR]`: nothing that is there is overwritten. Where an engine cannot be fetched, the pipeline does without
 * it, so that it runs as it is.
 */
export const init: RunCommand = async (context, { args: [dir = '.'] }) => {
  const folder = resolve(context.flags.folder, dir);
  await requireRoom(folder, dir);
  const { update, diagnostics } = await fetchEngines(folder, context);
  const template = renderTemplate({ trees: diagnostics.length === 0 });
  const made: string[] = [];
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
    made.push(name);
  };
  await write(TEMPLATE_FILES.pipeline, template.pipeline);
  await write(TEMPLATE_FILES.data, template.data);
  if (update !== undefined) await write('mlp.lock', update);
  const ignore = await mergedIgnore(folder);
  if (ignore !== undefined) await write('.gitignore', ignore);
  tell(context, { folder, made, diagnostics });
  return EXIT.done;
};

/** Fails, before anything is written, where a file of the template would replace one. */
async function requireRoom(folder: string, shown: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) throw failure('usage', { problem: `${shown} is a file`, hint: 'name a folder; one that does not exist is made' });
  const taken = Object.values(TEMPLATE_FILES).filter((name) => existsSync(join(folder, name)));
  if (taken.length > 0) throw failure('init-exists', { files: taken.map((name) => join(shown, name)) });
}

/** Fetches what the template's pipeline needs, before it is written. */
async function fetchEngines(folder: string, { flags, terminal }: CommandContext): Promise<{ readonly update: string | undefined; readonly diagnostics: readonly Diagnostic[] }> {
  const [{ ensureEngines }, { readLock }] = await Promise.all([import('../../session/engines.ts'), import('../../session/project-lock.ts')]);
  const lock = readLock(folder);
  const { diagnostics } = await ensureEngines(lock.value, new Map([['xgboost', 'trees']]), {
    project: folder,
    onFetch: (fetch) => {
      if (!flags.json && !flags.quiet) terminal.print(`${fetch.engine} ${fetch.version}: ${describeFetch(fetch)}`);
    },
  });
  return { update: lock.update, diagnostics: [...lock.diagnostics, ...diagnostics] };
}

/** The text of `.gitignore` with our line, where it lacks it. */
async function mergedIgnore(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, '.gitignore'), 'utf8').catch(() => '');
  if (text.split(/\r?\n/).some((line) => /^\/?\.mlp\/?\s*$/.test(line))) return undefined;
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${IGNORED}\n`;
}

interface Made {
  readonly folder: string;
  readonly made: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

const WHAT: Readonly<Record<string, string>> = {
  [TEMPLATE_FILES.pipeline]: 'a pipeline: its comments say what is what',
  [TEMPLATE_FILES.data]: 'customers that were made up for it',
  'mlp.lock': 'the engines, pinned: keep it in Git',
  '.gitignore': 'leaves out what can be made again',
};

function tell({ flags, terminal }: CommandContext, { folder, made, diagnostics }: Made): void {
  const textOf = (): undefined => undefined;
  if (flags.json) {
    terminal.print(safeJson({ folder, files: made, diagnostics: diagnostics.map((one) => diagnosticJson(one, textOf)) }, 2));
    return;
  }
  printDiagnostics(diagnostics, textOf, terminal);
  if (flags.quiet) return;
  const view = terminal.view();
  const table = (rows: readonly (readonly [string, string])[]): string[] =>
    renderTable({ columns: [{}, { least: 0 }], rows: rows.map(([left, right]): Cell[] => [left, { text: right, style: 'dim' }]), indent: 2 }, view);
  if (diagnostics.length > 0) terminal.print('The pipeline was made without boosted trees. They are there once the engine is: `mlp doctor` looks.\n');
  const near = relative(flags.folder, folder);
  const commands: (readonly [string, string])[] = [
    [`mlp plan ${TEMPLATE_FILES.pipeline}`, 'what would run, and why'],
    [`mlp apply ${TEMPLATE_FILES.pipeline}`, 'run it; a second time, there is nothing to do'],
    [`mlp watch ${TEMPLATE_FILES.pipeline}`, 'run what changes, on every save'],
  ];
  for (const line of table(made.map((name) => [join(near, name), WHAT[name] ?? '']))) terminal.print(line);
  terminal.print(`\n${view.paint('bold', 'Next')}`);
  for (const line of table(near === '' ? commands : [[`cd ${near}`, ''], ...commands])) terminal.print(line);
}
