import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diagnose, type Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import { ENGINE_LAYOUTS, type EngineLayout } from './engine-layout.ts';
import { engineSubject, fetchWheel } from './fetch-wheel.ts';
import { findPython, type FindPython } from './find-python.ts';
import { pythonVersions, type WheelEntry } from './lock.ts';
import { borrowOpenMp, openMpBeside, systemHasOpenMp } from './openmp.ts';
import { defaultCacheFolder, platformName } from './platform.ts';
import { inspectFolder, providerFolder, syncFolder, writeMarker } from './provider-folder.ts';
import { pythonPlace } from './python-place.ts';
import { providerState, type ProviderQuery } from './provider-state.ts';
import { runPip, type RunPip } from './run-pip.ts';
import { BadWheelError, unpackWheel } from './unpack-wheel.ts';

/** Which engine is wanted, by whom, and how it may be fetched. */
export interface EnsureRequest extends ProviderQuery {
  /** The step that needs the engine, for messages. */
  readonly step?: string;
  /** Called before each part of the work; not at all when the engine is there. */
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
  /** By default pip itself. */
  readonly runPip?: RunPip;
  /** Whether the system has an OpenMP runtime; by default it is looked for. */
  readonly systemHasOpenMp?: () => boolean;
  /** By default it looks on this machine. */
  readonly findPython?: FindPython;
}

/** What is being done to get an engine. */
export interface FetchProgress {
  readonly engine: string;
  readonly version: string;
  readonly phase: 'downloading' | 'unpacking';
  /** Size of what is fetched. */
  readonly bytes: number;
}

/** An engine that is there, or why it is not. */
export type EnsuredProvider =
  /** `library` is the shared library, or for an engine in Python what `pythonPlace` says. */
  | { readonly ok: true; readonly entry: WheelEntry; readonly library: string }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/**
 * Makes sure that an engine lies in the user's cache, and says where. What is there is used without network or
 * Python; else the pinned wheel is fetched, checked and unpacked beside its place, then renamed into it, so that any
 * number of processes may do this at once, and being killed leaves nothing half-made.
 */
export async function ensureProvider(request: EnsureRequest): Promise<EnsuredProvider> {
  const versions = request.python === undefined ? pythonVersions(request.lock, request.engine, request.platform ?? platformName()) : [];
  return versions.length > 0 ? ensureInPython(request, versions) : ensureWheel(request);
}

/** An engine in Python, and what it imports, for a Python of this machine that it has wheels for. */
async function ensureInPython(request: EnsureRequest, versions: readonly string[]): Promise<EnsuredProvider> {
  const { engine, step } = request;
  const { python, met } = await (request.findPython ?? findPython)(versions);
  if (python === undefined) return failed(diagnose('engine-other-python', undefined, { engine, step, versions, met, system: process.platform }));
  const own = await ensureWheel({ ...request, python: python.version });
  if (!own.ok) return own;
  const folders = [dirname(dirname(own.library))];
  for (const imported of ENGINE_LAYOUTS[engine]?.imports ?? []) {
    const ensured = await ensureWheel({ ...request, engine: imported, python: python.version });
    if (!ensured.ok) return ensured;
    folders.push(dirname(dirname(ensured.library)));
  }
  return { ...own, library: pythonPlace({ program: python.program, folders }) };
}

async function ensureWheel(request: EnsureRequest): Promise<EnsuredProvider> {
  const { lock, engine, step, cacheFolder = defaultCacheFolder() } = request;
  try {
    const state = await providerState({ ...request, cacheFolder });
    if (state.state === 'present') return await withOpenMp(request, { ok: true, entry: state.entry, library: state.library });
    const layout = ENGINE_LAYOUTS[engine];
    if (state.state === 'unsupported' || layout === undefined) {
      const platforms = lock.filter((entry) => entry.engine === engine).map((entry) => entry.platform);
      const platform = request.platform ?? platformName();
      return failed(diagnose('engine-unsupported', undefined, { engine, step, platform, platforms }));
    }
    const { entry } = state;
    const made = await makeProvider({ ...request, cacheFolder }, entry, layout);
    return 'diagnostic' in made ? failed(made.diagnostic) : await withOpenMp(request, { ok: true, entry, library: made.library });
  } catch (error) {
    const problem = cacheProblem(error);
    if (problem === undefined) throw error;
    return failed(diagnose('engine-cache', undefined, { engine, step, folder: cacheFolder, problem }));
  }
}

function failed(diagnostic: Diagnostic): EnsuredProvider {
  return { ok: false, diagnostic };
}

/** Sees to it that an engine finds an OpenMP runtime: where the system has none, that of another engine's wheel. */
async function withOpenMp(request: EnsureRequest, ensured: EnsuredProvider & { readonly ok: true }): Promise<EnsuredProvider> {
  const { entry, library } = ensured;
  const lender = ENGINE_LAYOUTS[entry.engine]?.openMpOf;
  if (lender === undefined || !entry.platform.startsWith('linux') || existsSync(openMpBeside(library))) return ensured;
  if ((request.systemHasOpenMp ?? systemHasOpenMp)()) return ensured;
  const other = await ensureProvider({ ...request, engine: lender });
  if (!other.ok) return other;
  await borrowOpenMp(other.library, library);
  return ensured;
}

async function makeProvider(
  request: EnsureRequest & { readonly cacheFolder: string },
  entry: WheelEntry,
  layout: EngineLayout,
): Promise<{ readonly library: string } | { readonly diagnostic: Diagnostic }> {
  const { engine, cacheFolder, step, onProgress, signal } = request;
  const { version, size: bytes } = entry;
  const staging = await makeStaging(cacheFolder, engine);
  try {
    onProgress?.({ engine, version, phase: 'downloading', bytes });
    const fetched = await fetchWheel({
      ...{ entry, cacheFolder, folder: staging, runPip: request.runPip ?? runPip },
      ...(step === undefined ? {} : { step }),
      ...(signal === undefined ? {} : { signal }),
    });
    if ('diagnostic' in fetched) return fetched;
    onProgress?.({ engine, version, phase: 'unpacking', bytes });
    const unpacked = join(staging, 'engine');
    await mkdir(unpacked);
    const files = await unpackWheel(fetched.wheel, unpacked, layout);
    const library = layout.library[entry.platform];
    if (library === undefined || !files.some((file) => file.name === library)) throw new BadWheelError(`it has no ${library ?? 'library'}`);
    await writeMarker(unpacked, entry, files);
    await syncFolder(unpacked, files);
    const folder = providerFolder(cacheFolder, entry);
    await moveIntoPlace(unpacked, folder, entry);
    return { library: join(folder, ...library.split('/')) };
  } catch (error) {
    if (!(error instanceof BadWheelError)) throw error;
    const parameters = { ...engineSubject(entry, step), file: entry.file, reason: error.message };
    return { diagnostic: diagnose('engine-corrupt-wheel', undefined, parameters) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Milliseconds after which a folder that a killed process left behind is removed. */
const ABANDONED = 24 * 3600 * 1000;

/** A new folder on the cache's own file system, where a rename is atomic. */
async function makeStaging(cacheFolder: string, engine: string): Promise<string> {
  const parent = join(cacheFolder, 'tmp');
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const { mtimeMs = Infinity } = (await stat(path).catch(() => undefined)) ?? {};
    if (Date.now() - mtimeMs > ABANDONED) await rm(path, { recursive: true, force: true });
  }
  return mkdtemp(join(parent, `${engine}-`));
}

/** Renames a complete folder to its place. Where another process was faster, its folder stays; a damaged one goes. */
async function moveIntoPlace(from: string, to: string, entry: WheelEntry): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const state = await inspectFolder(to, entry);
      if (state === 'present') return;
      if (state === 'absent' || attempt === ATTEMPTS) throw error;
      // Beside the staged folder, where it is removed with it.
      await rename(to, `${from}-damaged-${attempt}`).catch(() => undefined);
    }
  }
}

const ATTEMPTS = 5;

/** What of the disk or the file system is in the way, in words; `undefined` for any other error. */
function cacheProblem(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no space is left on its disk';
  if (code === 'EROFS') return 'its disk is read-only';
  if (code === 'EACCES' || code === 'EPERM') return 'permission is denied';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a file is in its place';
  return message;
}
