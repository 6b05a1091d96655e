import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, posix, relative, resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../../grammar/index.ts';
import { compile, driveCompilation, type Compilation, type CompileRequest } from '../../compiler/compile.ts';
import type { Groundwork } from '../../compiler/incremental/groundwork.ts';
import { recompile } from '../../compiler/incremental/recompile.ts';
import { canonicalJson } from '../../compiler/json.ts';
import type { Answer, KindNeed, Need } from '../../compiler/needs.ts';
import type { Plan, PlanStep, RootFile } from '../../compiler/plan/plan.ts';
import type { TableTest } from '../../compiler/tests/table-test.ts';
import { verifyPhase } from '../../compiler/verify/verify-phase.ts';
import { findFiles } from '../../runtime/data/files.ts';
import { analyseQuery } from '../../runtime/engines/duckdb/analyse-query.ts';
import { findReferences } from '../../runtime/engines/duckdb/analyse-references.ts';
import { connectDuckDB, connectForAnalysis } from '../../runtime/engines/duckdb/connect.ts';
import { describeFiles } from '../../runtime/engines/duckdb/describe-files.ts';
import { registry } from '../../stdlib/index.ts';

/** The folder of this checkout, where `npm:` looks. */
export const PROJECT = join(import.meta.dirname, '../..');

/** Tiny files for pipelines that are only compiled; they stand for the folder of the pipeline's file. */
export const DATA = join(PROJECT, 'test/compiler/data');

export interface CompileOptions extends Partial<Omit<CompileRequest, 'text' | 'verify'>> {
  /** The folder of the pipeline's file; by default that of the tiny files. */
  readonly folder?: string;
  /** Other files of the pipeline, by their paths from the folder of its file. */
  readonly files?: Readonly<Record<string, string>>;
  /** What packages export as `kinds`, by their names. */
  readonly packages?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Is given what each phase made, after it was checked. */
  readonly onPhase?: (phase: string, result: unknown) => void;
}

/** The outcome of a compilation; the plan is absent when there are errors. */
export interface Compiled {
  readonly plan: Plan | undefined;
  readonly tests: readonly TableTest[];
  readonly diagnostics: readonly Diagnostic[];
  readonly groundwork: Groundwork | undefined;
}

/** Compiles a text as `mlp` does, with answers from DuckDB in this process, and checks what each phase promises. */
export async function compileText(text: string, options: CompileOptions = {}): Promise<Compiled> {
  const { request, supply } = givenOf(text, options);
  const { value, diagnostics } = surviving(await driveCompilation(compile(request), supply));
  return { plan: value?.plan, tests: value?.tests ?? [], diagnostics, groundwork: value?.groundwork };
}

/** The same, where all but what has changed is taken from the groundwork of an earlier text; `undefined` where that cannot be. */
export async function recompileText(text: string, groundwork: Groundwork, options: CompileOptions = {}): Promise<Compiled | undefined> {
  const { request, supply } = givenOf(text, options);
  const compilation = await driveCompilation(recompile(request, JSON.parse(JSON.stringify(groundwork)) as Groundwork), supply);
  if (compilation === undefined) return undefined;
  const { value, diagnostics } = surviving(compilation);
  return { plan: value?.plan, tests: value?.tests ?? [], diagnostics, groundwork: value?.groundwork };
}

function givenOf(text: string, { folder = DATA, files = {}, packages = {}, environment = {}, onPhase, ...options }: CompileOptions): { readonly request: CompileRequest; readonly supply: (needs: readonly Need[]) => Promise<Answer[]> } {
  const request: CompileRequest = {
    file: 'test.mlp',
    registry,
    machine: { platform: 'linux-x64', processor: 'a processor', arithmetic: 'some' },
    // Fixed, so that a new version of an engine changes no golden plan.
    engines: { duckdb: '1.0', xgboost: '1.0', tensorflowjs: '1.0 wasm' },
    ...options,
    text,
    verify: (phase, result) => {
      verifyPhase(phase, result);
      onPhase?.(phase, result);
    },
  };
  return { request, supply: (needs) => Promise.all(needs.map((need) => answerNeed(need, { folder, files, packages, environment }))) };
}

function surviving(compilation: Compilation): Compilation {
  if (compilation.value !== undefined && !isDeepStrictEqual(JSON.parse(JSON.stringify(compilation)), compilation)) throw new Error('a compilation does not survive JSON: it could not be kept');
  return compilation;
}

/** Compiles a text that has no errors. */
export async function planOf(text: string, options?: CompileOptions): Promise<Plan> {
  const { plan, diagnostics } = await compileText(text, options);
  if (plan === undefined) throw new Error(`it does not compile:\n${diagnostics.map((one) => `${one.code}: ${one.message}`).join('\n')}`);
  return plan;
}

/** A step by its name. */
export function stepOf(plan: Plan, name: string): PlanStep {
  const step = plan.steps.find((one) => one.name === name);
  if (step === undefined) throw new Error(`the plan has no step ${name}`);
  return step;
}

const known = new Map<string, Promise<Answer>>();
let last: Promise<unknown> = Promise.resolve();
const connections: Record<string, ReturnType<typeof connectDuckDB>> = {};

/** Where answers come from. */
export interface Surroundings {
  readonly folder: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly packages?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Answers what the compiler asks. */
export async function answerNeed(need: Need, { folder, files = {}, packages = {}, environment = {} }: Surroundings): Promise<Answer> {
  switch (need.need) {
    case 'source': {
      const file = posix.join(posix.dirname(need.from), need.path);
      const text = files[file];
      return text === undefined ? { ok: false, message: `\`${need.path}\` does not exist` } : { ok: true, file, text };
    }
    case 'package':
      return need.name in packages
        ? { ok: true, kinds: packages[need.name], digest: createHash('sha256').update(need.name).digest('hex') }
        : { ok: false, message: `the package \`${need.name}\` is not installed` };
    case 'environment':
      return { value: environment[need.name] };
    default:
      return answerKind(need, folder);
  }
}

/** Equal questions are asked once in a test file. */
function answerKind(need: KindNeed, folder: string): Promise<Answer> {
  const question = canonicalJson([need, need.need === 'files' ? folder : '']);
  const asked = known.get(question);
  if (asked !== undefined) return asked;
  // One after the other, as the helper process does: a query is analysed in tables of its own.
  const answer = last.then(() => ask(need, folder));
  last = answer.catch(() => undefined);
  known.set(question, answer);
  return answer;
}

async function ask(need: KindNeed, folder: string): Promise<Answer> {
  switch (need.need) {
    case 'files': {
      const { found } = await findFiles({ pattern: need.pattern, from: resolve(folder, need.from), project: PROJECT });
      return found.ok ? { ok: true, files: await Promise.all(found.paths.map(rootFile)) } : found;
    }
    case 'describe': {
      connections['files'] ??= connectDuckDB({ threads: 1, memory: 512 * 2 ** 20 });
      const files = need.files.map((file) => ({ ...file, path: resolve(PROJECT, file.path) }));
      return describeFiles(await connections['files'], { ...need, files });
    }
    case 'references':
      connections['analysis'] ??= connectForAnalysis();
      return findReferences(await connections['analysis'], need.text);
    case 'analysis':
      connections['analysis'] ??= connectForAnalysis();
      return analyseQuery(await connections['analysis'], need);
  }
}

async function rootFile(path: string): Promise<RootFile> {
  const bytes = await readFile(path);
  return { path: relative(PROJECT, path).split(sep).join('/'), digest: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}
