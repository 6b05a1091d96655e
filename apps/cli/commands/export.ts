import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Artifact, ModelArtifact } from '../../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../../compiler/plan/plan.ts';
import type { PartName } from '../../../compiler/types.ts';
import { diagnose } from '../../../grammar/index.ts';
import { TABLE_EXTENSIONS } from '../../../runtime/engines/duckdb/export-table.ts';
import type { StoredTable } from '../../../runtime/engines/duckdb/read-table.ts';
import type { Session } from '../../session/session.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure, failure } from '../failure.ts';
import { findMade, type Made } from '../find-artifact.ts';
import { asText } from '../flags.ts';
import { openPlan, type OpenPlan } from '../open-plan.ts';
import { choiceJson } from '../render/check-view.ts';
import { formatBytes } from '../render/format.ts';
import { reportJson } from '../render/report-view.ts';
import { safeJson } from '../render/safe-json.ts';
import { splitJson } from '../render/split-view.ts';
import { storedTable, withFeatures } from '../tables.ts';
import { replaceFile, sizeOf, writeFolder, type Target } from '../write-file.ts';
import { NETWORK_KINDS } from '../../../stdlib/models/network/network-kinds.ts';

/** `mlp export FILE NAME[.PART] -o OUT` */
export const exportCommand: RunCommand = (context, { args: [file = '', name = ''], options }) =>
  context.withSession(async (session) => {
    const { flags, terminal } = context;
    const out = asText(options['out']);
    if (out === undefined) throw failure('usage', { problem: '`mlp export` needs the file to write', hint: `as in \`mlp export ${file} ${name} -o ${name}.parquet\`` });
    const opened = await openPlan(session, file, context);
    const made = await findMade(session, opened, name);
    const bytes = await writeExport({ session, opened, made, name, out }, { path: resolve(flags.folder, out), shown: out, onInterrupt: context.onInterrupt });
    if (flags.json) terminal.print(safeJson({ name, out, bytes }, 2));
    else if (!flags.quiet) terminal.print(`${out}: ${name}, ${formatBytes(bytes)}`);
    return EXIT.done;
  });

interface Exporting {
  readonly session: Session;
  readonly opened: OpenPlan;
  readonly made: Made;
  /** As the user named it. */
  readonly name: string;
  readonly out: string;
}

/** Makes the file at a path, which ends as OUT does. */
type Write = (path: string, signal: AbortSignal) => Promise<void>;

/** Writes the artifact to a path; how many bytes it has there. */
async function writeExport(exporting: Exporting, target: Target): Promise<number> {
  const { made } = exporting;
  if (made.artifact?.type === 'model' && NETWORK_KINDS.includes(made.artifact.kind)) {
    const files = await networkFiles(exporting, made.artifact);
    await writeFolder(target, files);
    return Object.values(files).reduce((sum, { length }) => sum + length, 0);
  }
  await replaceFile(target, await chooseWriter(exporting));
  return sizeOf(target.path);
}

/** A network for TensorFlow.js, with what its features were fitted to. */
async function networkFiles({ session, opened, made, name, out }: Exporting, { kind, model }: ModelArtifact): Promise<Readonly<Record<string, Uint8Array>>> {
  const extension = extname(out);
  if (extension !== '') throw failure('exported-as-folder', { name, what: `a model of ${kind}`, extension });
  const features = made.step.inputs.find(({ slot }) => slot === 'x')?.step;
  const found = await session.find(opened.preview, features ?? '');
  const prepared = found.found ? found.artifact('value') : undefined;
  if (prepared?.type !== 'features') throw new Error(`the features of ${made.step.name} are not in the store`);
  const [{ decodeNetwork }, { tfjsFiles }] = await Promise.all([import('../../../stdlib/models/network/network-model.ts'), import('../../../stdlib/models/network/export-tfjs.ts')]);
  return tfjsFiles(decodeNetwork(await (await session.openStore()).readBlob(model.digest)), prepared.fitted);
}

async function chooseWriter(exporting: Exporting): Promise<Write> {
  const { session, opened, made } = exporting;
  const { step, part, record } = made;
  const artifact = made.artifact ?? record.outputs['value']?.artifact;
  if (artifact?.type === 'table') {
    demand(exporting, 'a table', TABLE_EXTENSIONS);
    return async (path, signal) => writeTable(session, await storedTable(session, artifact), { path, signal });
  }
  if (artifact?.type === 'features' && part !== undefined) {
    demand(exporting, 'a part of features', TABLE_EXTENSIONS);
    return (path, signal) => withFeatures(session, opened, { step, part: part as PartName }, (table) => writeTable(session, table, { path, signal }));
  }
  if (artifact?.type === 'model') return modelWriter(exporting, artifact);
  demand(exporting, whatIs(artifact), ['.json']);
  return (path) => writeFile(path, `${safeJson(jsonOf(step, part, { artifact, made }), 2)}\n`);
}

/** OUT's extension has to be one that fits. */
function demand({ name, out }: Exporting, what: string, fitting: readonly string[]): void {
  const extension = extname(out).toLowerCase();
  if (!fitting.includes(extension)) throw failure('not-exportable', { name, what, extension, fitting });
}

async function writeTable(session: Session, table: StoredTable, { path, signal }: { readonly path: string; readonly signal: AbortSignal }): Promise<void> {
  const exported = await session.duckdb.ask({ kind: 'export', request: { table, out: path } }, signal);
  if (!exported.ok) throw failure('usage', { problem: exported.message, hint: exported.hint });
}

/** How exported models may end, by kind, where not `.json` alone. */
const MODEL_EXTENSIONS: Readonly<Record<string, readonly string[]>> = { xgboost: ['.ubj', '.json'], lightgbm: ['.txt'], catboost: ['.cbm', '.json'], random_forest: ['.txt'], extra_trees: ['.txt'] };

function modelWriter(exporting: Exporting, { kind, model }: ModelArtifact): Write {
  const { session, made, out } = exporting;
  demand(exporting, `a model of ${kind}`, MODEL_EXTENSIONS[kind] ?? ['.json']);
  return async (path) => {
    const bytes = await (await session.openStore()).readBlob(model.digest);
    await writeFile(path, await convertModel(session, { kind, step: made.step, extension: extname(out).toLowerCase() }, bytes));
  };
}

/** A model in the other format of its engine, where that is asked for: the engine itself writes it. */
async function convertModel(session: Session, { kind, step, extension }: { readonly kind: string; readonly step: PlanStep; readonly extension: string }, model: Uint8Array): Promise<Uint8Array> {
  if (kind === 'xgboost' && extension === '.json') return (await import('../../../runtime/engines/xgboost/predict.ts')).modelJson(await enginePlace(session, kind, step), model);
  if (kind === 'catboost' && extension === '.cbm') return (await import('../../../runtime/engines/catboost/convert.ts')).catboostBinary(await enginePlace(session, kind, step), model);
  return model;
}

async function enginePlace(session: Session, engine: string, step: PlanStep): Promise<string> {
  const [{ ensureEngines }, { readLock }] = await Promise.all([import('../../session/engines.ts'), import('../../session/project-lock.ts')]);
  const { found, diagnostics } = await ensureEngines(readLock(session.project).value, new Map([[engine, step.name]]), { project: session.project });
  const place = found.get(engine);
  if (place === undefined) throw new Failure(diagnostics.length > 0 ? diagnostics : [diagnose('unexpected', undefined, { problem: `${engine} is missing` })]);
  return place;
}

function whatIs(artifact: Artifact | undefined): string {
  return { table: 'a table', split: 'a split', features: 'a set of features', model: 'a model', report: 'a report', choice: 'a choice', check: 'a check', measure: 'a measurement' }[artifact?.type ?? 'report'];
}

function jsonOf(step: PlanStep, part: string | undefined, { artifact, made }: { readonly artifact: Artifact | undefined; readonly made: Made }): unknown {
  switch (artifact?.type) {
    case undefined:
    case 'report':
      return reportJson(step, made.record, part);
    case 'choice':
      return choiceJson(step, artifact);
    case 'split':
      return splitJson(artifact, part);
    case 'features':
      return artifact.fitted;
    case 'check':
      return { passed: artifact.passed, findings: artifact.findings };
    case 'measure':
      return { values: artifact.values };
    case 'table':
    case 'model':
      throw new Error(`a ${artifact.type} is written in its own format`);
  }
}
