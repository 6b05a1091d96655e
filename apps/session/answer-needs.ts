import { dirname, relative, resolve, sep } from 'node:path';
import type { Answer, AnswerTo, DescribeNeed, EnvironmentNeed, FilesNeed, Need, PackageNeed, SourceNeed } from '../../compiler/needs.ts';
import type { RootFile } from '../../compiler/plan/plan.ts';
import type { Analyser } from '../../runtime/analyse.ts';
import { findFiles } from '../../runtime/data/files.ts';
import { loadKinds } from '../../runtime/packages/load-kinds.ts';
import type { FileDigests } from '../../runtime/store/file-digests.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { readPipeline } from './read-pipeline.ts';

/** Where answers come from. */
export interface Answerer {
  readonly project: string;
  /** What the names of pipeline files are relative to. */
  readonly folder: string;
  readonly digests: FileDigests;
  readonly analyser: Analyser;
  /** Absolute paths of what was looked at, there or not, are added to it. */
  readonly reads: Set<string>;
  /** The variables that were asked for and set are added to it. */
  readonly environment: Map<string, string>;
  /** The texts of the files that were read, by their names in the plan: those of imported files are added. */
  readonly texts: Map<string, string>;
}

/** Answers what the compiler needs, in order: from caches where they know it, else by reading files and asking DuckDB. */
export async function answerNeeds(answerer: Answerer, needs: readonly Need[]): Promise<Answer[]> {
  return Promise.all(needs.map((need) => answerNeed(answerer, need)));
}

async function answerNeed(answerer: Answerer, need: Need): Promise<Answer> {
  switch (need.need) {
    case 'source':
      return answerSource(answerer, need);
    case 'package':
      return answerPackage(answerer, need);
    case 'environment':
      return answerVariable(answerer, need);
    case 'files':
      return answerFiles(answerer, need);
    case 'describe':
      return describe(answerer, need);
    case 'references':
      return answerer.analyser.references(need.text);
    case 'analysis':
      return answerer.analyser.analyse({ text: need.text, tables: need.tables });
  }
}

function answerVariable({ environment }: Answerer, { name }: EnvironmentNeed): AnswerTo<EnvironmentNeed> {
  const value = process.env[name];
  if (value !== undefined) environment.set(name, value);
  return { value };
}

/** The text of another pipeline file, under its path from the folder that the command runs in, like that of the first one. */
async function answerSource({ folder, texts, reads }: Answerer, { path, from }: SourceNeed): Promise<AnswerTo<SourceNeed>> {
  const absolute = resolve(folder, dirname(from), path);
  const read = await readPipeline(absolute, path);
  reads.add(absolute);
  if (!read.ok) {
    return { ok: false, message: `cannot read \`${path}\`: ${read.reason}`, ...(read.hint === undefined ? {} : { hint: read.hint }) };
  }
  const file = relative(folder, absolute) || absolute;
  texts.set(file, read.text);
  return { ok: true, file, text: read.text };
}

async function answerPackage({ project, reads }: Answerer, { name }: PackageNeed): Promise<AnswerTo<PackageNeed>> {
  const { loaded, looked } = await loadKinds(name, project);
  for (const path of looked) reads.add(path);
  return loaded;
}

/** Files by paths relative to the project, so that a plan is the same wherever the project lies. */
async function answerFiles({ project, folder, digests, reads }: Answerer, need: FilesNeed): Promise<AnswerTo<FilesNeed>> {
  const { found, looked } = await findFiles({ pattern: need.pattern, from: resolve(folder, need.from), project });
  for (const path of looked) reads.add(path);
  if (!found.ok) return found;
  const files: RootFile[] = [];
  for (const path of found.paths) {
    try {
      files.push({ path: toRelative(project, path), ...(await digests.digest(path)) });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { message, hint } = error.diagnostic;
      return { ok: false, message, ...(hint === undefined ? {} : { hint }) };
    }
  }
  return { ok: true, files };
}

function describe({ project, analyser }: Answerer, need: DescribeNeed): Promise<AnswerTo<DescribeNeed>> {
  const absolute: DescribeNeed = { ...need, files: need.files.map((file) => ({ ...file, path: resolve(project, file.path) })) };
  return analyser.describe(absolute);
}

function toRelative(project: string, path: string): string {
  return relative(project, path).split(sep).join('/');
}
