import { cpus } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import type { Compilation } from '../../compiler/compile.ts';
import type { Groundwork } from '../../compiler/incremental/groundwork.ts';
import type { Machine } from '../../compiler/kinds/kind.ts';
import { paramVariable } from '../../compiler/params/param-variable.ts';
import type { Plan } from '../../compiler/plan/plan.ts';
import type { EngineBasis, PlanBasis } from '../../compiler/plan/saved-plan.ts';
import { arithmeticOf } from '../../runtime/arithmetic.ts';
import { BUILD } from '../../runtime/build.ts';
import { lockDigest } from '../../runtime/providers/lock.ts';
import { platformName } from '../../runtime/providers/platform.ts';
import { roundingPlatform } from '../../runtime/rounding-platform.ts';
import { answerNeeds, type Answerer } from './answer-needs.ts';
import { LOCK_FILE } from './find-project.ts';
import type { KeptCompilations, KeptRequest, Supply } from './kept-compilations.ts';
import { engineVersions, type ProjectLock } from './project-lock.ts';
import { readPipeline, unreadable } from './read-pipeline.ts';
import type { Compiled, SessionOptions } from './session.ts';

/** What a file is compiled with. */
export interface Compiling extends Omit<Answerer, 'reads' | 'texts' | 'environment'> {
  readonly options: SessionOptions;
  readonly lock: ProjectLock;
  readonly kept: KeptCompilations;
  /** Told when a file has to be compiled: most likely something will be asked, and made. */
  readonly onNew?: (() => void) | undefined;
}

/** Compiles a file, named from the folder of the session, answering what the compiler asks. */
export async function compileFile(file: string, { options, lock, kept, onNew, ...answerer }: Compiling): Promise<Compiled> {
  const { project, folder, digests } = answerer;
  const path = resolve(folder, file);
  const reads = new Set([path, join(project, LOCK_FILE)]);
  const read = await readPipeline(path, file);
  const shown = relative(folder, path) || path;
  const environment = new Map<string, string>();
  const texts = new Map([[LOCK_FILE, lock.text]]);
  const textOf = (name: string): string | undefined => texts.get(name);
  if (!read.ok) return { tests: [], diagnostics: [unreadable(file, read)], textOf, reads };
  texts.set(shown, read.text);
  const request = { file: shown, text: read.text, machine: machine(), engines: engineVersions(lock.value), params: options.params, targets: options.targets };
  const supply: Supply = (needs) => answerNeeds({ ...answerer, reads, texts, environment }, needs);
  const run = async (supplied: Supply, groundwork?: Groundwork): Promise<Compilation> => (await import('./run-compiler.ts')).runCompiler(request, supplied, groundwork);
  const { value, diagnostics } = await (BUILD === undefined ? run(supply) : findOrRun(kept, { ...request, build: `${BUILD} ${process.version}` }, { supply, run, onNew }));
  await digests.save();
  answerer.analyser.save();
  const sound = value !== undefined && !lock.diagnostics.some((one) => one.severity === 'error');
  const basis = value?.plan === undefined ? {} : { basis: basisOf(value.plan, { path, project, options, lock, environment }) };
  return { ...(sound ? { plan: value.plan, tests: value.tests, ...basis } : { tests: [] }), diagnostics: [...lock.diagnostics, ...diagnostics], textOf, reads };
}

interface Running extends Pick<Compiling, 'onNew'> {
  readonly supply: Supply;
  readonly run: Parameters<KeptCompilations['record']>[2];
}

async function findOrRun(kept: KeptCompilations, request: KeptRequest, { supply, run, onNew }: Running): Promise<Compilation> {
  const found = await kept.find(request, supply);
  if (found !== undefined) return found;
  onNew?.();
  return kept.record(request, supply, run);
}

interface BasisFacts extends Pick<Compiling, 'project' | 'options' | 'lock'> {
  readonly path: string;
  readonly environment: ReadonlyMap<string, string>;
}

function basisOf({ steps }: Plan, { path, project, options, lock, environment }: BasisFacts): PlanBasis {
  const { params, targets } = options;
  const engines = steps.flatMap(({ engine }) => (engine === undefined ? [] : [[engine.name, engine.version] as const]));
  const digestOf = (engine: string): Omit<EngineBasis, 'version'> => {
    const digest = lockDigest(lock.value, engine, platformName());
    return digest === undefined ? {} : { digest };
  };
  return {
    file: relative(project, path).split(sep).join('/'),
    params,
    targets,
    // A variable that a flag stands in for says nothing.
    environment: Object.fromEntries([...environment].filter(([name]) => !Object.keys(params).some((param) => paramVariable(param) === name))),
    engines: Object.fromEntries(engines.map(([name, version]) => [name, { version, ...digestOf(name) }])),
  };
}

function machine(): Machine {
  return { platform: roundingPlatform(), processor: cpus()[0]?.model.trim() ?? 'unknown', arithmetic: arithmeticOf() };
}
