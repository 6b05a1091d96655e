import { execFile } from 'node:child_process';
import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../../package.json' with { type: 'json' };
import { engineNames, engineOf } from '../../../compiler/kinds/engine-of.ts';
import type { Item } from '../../../grammar/index.ts';
import { parseDocument } from '../../../grammar/parse-document.ts';
import { duckdbVersion } from '../../../runtime/analyse.ts';
import { backendPackage, BACKENDS, bestBackend, findBackend, TENSORFLOWJS } from '../../../runtime/providers/backends.ts';
import { ensureBackend } from '../../../runtime/providers/ensure-backend.ts';
import { ENGINE_LAYOUTS } from '../../../runtime/providers/engine-layout.ts';
import { findPython } from '../../../runtime/providers/find-python.ts';
import { isWheel, pythonVersions, type Lock } from '../../../runtime/providers/lock.ts';
import { defaultCacheFolder, platformName } from '../../../runtime/providers/platform.ts';
import { providerState } from '../../../runtime/providers/provider-state.ts';
import { pythonPlace } from '../../../runtime/providers/python-place.ts';
import { runPip } from '../../../runtime/providers/run-pip.ts';
import { openStore } from '../../../runtime/store/store.ts';
import { registry } from '../../../stdlib/index.ts';
import { engineVersions, readLock } from '../../session/project-lock.ts';
import { findProject } from '../../session/find-project.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { findPipelines } from '../find-pipelines.ts';
import { folderSize } from '../folder-size.ts';
import { formatBytes } from '../render/format.ts';
import { safeJson } from '../render/safe-json.ts';
import { renderTable, type Cell } from '../render/table.ts';
import { toFailure } from '../to-failure.ts';

/** One thing that was looked at. */
interface Finding {
  readonly name: string;
  /** `missing`: it can be had; `wrong`: it is there and does not work; `info`: nothing to judge. */
  readonly state: 'ok' | 'missing' | 'wrong' | 'info';
  readonly detail: string;
  /** Whether a pipeline of the project cannot do without it. */
  readonly needed: boolean;
  /** What to do about it. */
  readonly fix?: string;
  /** Of a folder: what it holds. */
  readonly bytes?: number;
}

/** `mlp doctor`: exit code 1 when something does not work that the project's pipelines need. */
export const doctor: RunCommand = async ({ flags, terminal }) => {
  const project = findProject(flags.folder);
  const lock = readLock(project);
  const needed = await neededEngines(flags.folder, engineVersions(lock.value));
  const findings = [
    { name: 'mlp', state: 'info', detail: `${packageJson.version} on Node ${process.versions.node}, ${platformName()}`, needed: false },
    machine(),
    await devices(),
    ...lock.diagnostics.map((one): Finding => ({ name: 'mlp.lock', state: 'wrong', detail: one.message, needed: true, ...(one.hint === undefined ? {} : { fix: one.hint }) })),
    await probe('duckdb', '', { name: 'duckdb', detail: `${duckdbVersion()}, from npm`, needed: true }),
    ...(await Promise.all(enginesOf(lock.value).map((engine) => engineFinding(engine, { lock: lock.value, project, needed: needed.has(engine) })))),
    ...networks(lock.value, project),
    await pip(),
    await store(flags.session.store ?? join(project, '.mlp', 'store')),
    await folder('cache', { path: join(project, '.mlp', 'cache'), role: 'can be deleted at any time' }),
    await folder('engines', { path: defaultCacheFolder(), role: 'shared by all projects' }),
    await disk(project),
  ] satisfies Finding[];
  const isWell = findings.every(({ state, needed: isNeeded }) => !isNeeded || state === 'ok' || state === 'info');
  if (flags.json) terminal.print(safeJson({ project, ok: isWell, findings }, 2));
  else {
    const shown = flags.quiet ? findings.filter(({ state }) => state === 'missing' || state === 'wrong') : findings;
    const rows = shown.flatMap(({ name, state, detail, fix }): Cell[][] => [[MARKS[state], { text: name, style: 'bold' }, detail], ...(fix === undefined ? [] : [['', '', { text: fix, style: 'cyan' as const }]])]);
    for (const line of renderTable({ columns: [{}, {}, { least: 30 }], rows, indent: 2 }, { ...terminal.view(), width: Infinity })) terminal.print(line);
    if (!flags.quiet) terminal.print(isWell ? '\nEverything that the pipelines here need works.' : '\nSomething is missing that the pipelines here need.');
  }
  return isWell ? EXIT.done : EXIT.wrong;
};

const MARKS: Readonly<Record<Finding['state'], Cell>> = {
  ok: { text: '✓', style: 'green' },
  missing: { text: '?', style: 'yellow' },
  wrong: { text: '✗', style: 'red' },
  info: { text: '·', style: 'dim' },
};

/** The engines, by the lock, of the kinds that the project's pipelines name. */
async function neededEngines(folder: string, versions: Readonly<Record<string, string>>): Promise<ReadonlySet<string>> {
  const kindsOf = (items: readonly Item[]): string[] => items.flatMap((item) => (item.kind === 'declaration' ? [item.call.name.text] : item.kind === 'for' ? kindsOf(item.items) : []));
  const engines = new Set<string>();
  for (const file of await findPipelines(folder)) {
    const text = await readFile(resolve(folder, file), 'utf8').catch(() => '');
    for (const kind of kindsOf(parseDocument(file, text).value.items)) {
      const found = registry.get(kind);
      const engine = found === undefined ? undefined : (engineOf(found, versions)?.name ?? engineNames(found).at(-1));
      if (engine !== undefined) engines.add(engine);
    }
  }
  return engines;
}

async function engineFinding(engine: string, { lock, project, needed }: { readonly lock: Lock; readonly project: string; readonly needed: boolean }): Promise<Finding> {
  const here = lock.find((one) => one.engine === engine && one.platform === platformName());
  if (here !== undefined && !isWheel(here)) {
    const found = ensureBackend(here, { project, step: '' });
    const detail = `${here.version} on the backend ${here.backend}, from npm`;
    if (!found.ok) {
      const { version } = findBackend(here.backend, project) ?? {};
      return { name: engine, state: 'missing', detail: `${detail}: ${version === undefined ? 'it is not installed' : `${version} is installed`}`, needed, ...(found.diagnostic.hint === undefined ? {} : { fix: found.diagnostic.hint }) };
    }
    return probe(engine, found.folder, { name: engine, detail, needed });
  }
  const versions = pythonVersions(lock, engine, platformName());
  if (versions.length > 0) return pythonFinding(engine, { lock, versions, needed });
  const state = await providerState({ lock, engine });
  if (state.state === 'unsupported') return { name: engine, state: 'missing', detail: `mlp.lock has none for ${state.platform}`, needed };
  const detail = `${state.entry.version}, pinned in mlp.lock`;
  if (state.state === 'present') return probe(engine, state.library, { name: engine, detail: `${detail}, in ${state.library}`, needed });
  const words = state.state === 'absent' ? 'not fetched yet' : 'its files have changed since they were fetched';
  return { name: engine, state: 'missing', detail: `${detail}: ${words}`, needed, fix: `the next \`mlp apply\` that needs it fetches ${formatBytes(state.entry.size)}` };
}

/** Engines that are called: what others import is looked at with these. */
function enginesOf(lock: Lock): string[] {
  const imported = Object.values(ENGINE_LAYOUTS).flatMap(({ imports = [] }) => imports);
  return [...new Set(lock.map(({ engine }) => engine))].filter((engine) => !imported.includes(engine));
}

/** An engine in Python: whether there is one of a version that it is pinned for, and the engine, with what it imports. */
async function pythonFinding(engine: string, { lock, versions, needed }: { readonly lock: Lock; readonly versions: readonly string[]; readonly needed: boolean }): Promise<Finding> {
  const { python } = await findPython(versions);
  const version = lock.find((one) => one.engine === engine)?.version ?? '';
  const pinned = `${version}, pinned in mlp.lock`;
  if (python === undefined) return { name: engine, state: 'missing', detail: `${pinned} for Python ${versions.join(', ')}: there is none of these`, needed, fix: 'install one, or name its program in the environment: `MLP_PYTHON=/path/to/python3`' };
  const states = await Promise.all([engine, ...(ENGINE_LAYOUTS[engine]?.imports ?? [])].map((name) => providerState({ lock, engine: name, python: python.version })));
  const detail = `${pinned}, in Python ${python.version} (${python.program})`;
  const folders = states.flatMap((state) => (state.state === 'present' ? [dirname(dirname(state.library))] : []));
  if (folders.length === states.length) return probe(engine, pythonPlace({ program: python.program, folders }), { name: engine, detail: `${detail}, in ${folders[0] ?? ''}`, needed });
  const bytes = states.reduce((sum, state) => sum + (state.state === 'absent' || state.state === 'damaged' ? state.entry.size : 0), 0);
  return { name: engine, state: 'missing', detail: `${detail}: ${states.some(({ state }) => state === 'damaged') ? 'its files have changed since they were fetched' : 'not fetched yet'}`, needed, fix: `the next \`mlp apply\` that needs it fetches ${formatBytes(bytes)}` };
}

/** What networks run on, by the lock, and which backends of TensorFlow.js there are on this machine. */
function networks(lock: Lock, project: string): Finding[] {
  const kind = registry.get('network');
  const engine = kind === undefined ? undefined : engineOf(kind, engineVersions(lock));
  const pinned = lock.find((one) => one.engine === TENSORFLOWJS && one.platform === platformName());
  const backend = pinned === undefined || isWheel(pinned) ? undefined : pinned.backend;
  const found = BACKENDS.map((name) => ({ name, version: findBackend(name, project)?.version }));
  const listed = (isThere: boolean): string => found.filter(({ version }) => (version !== undefined) === isThere).map(({ name, version = `\`${backendPackage(name)}\`` }) => (isThere ? `${name} ${version}${name === backend ? ' (pinned)' : ''}` : version)).join(', ');
  const best = bestBackend(project);
  // What networks do not run on is no reason to change a lock.
  const isBetterThere = engine?.name === TENSORFLOWJS && backend !== undefined && BACKENDS.indexOf(best) < BACKENDS.indexOf(backend);
  return [
    { name: 'networks', state: 'info', detail: engine === undefined ? `mlp.lock has no engine for them on ${platformName()}` : `run on ${engine.name} ${engine.version}`, needed: false },
    {
      name: 'backends',
      state: 'info',
      detail: `of tensorflowjs: ${listed(true) || 'none'}${found.every(({ version }) => version !== undefined) ? '' : `; not installed: ${listed(false)}`}`,
      needed: false,
      ...(isBetterThere ? { fix: `${best} is faster: write \`backend = ${best}\` under \`[${TENSORFLOWJS} ${platformName()}]\` in mlp.lock; networks are trained anew then` } : {}),
    },
  ];
}

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));

/** Loads an engine in a process of its own: one that crashes is a finding. */
async function probe(engine: string, place: string, about: Pick<Finding, 'name' | 'detail' | 'needed'>): Promise<Finding> {
  const outcome = await run(process.execPath, [WORKER, 'probe', engine, place]);
  if (outcome.ok) return { ...about, state: 'ok' };
  const reason = outcome.output.split('\n').find((line) => /^\w*Error: /.test(line)) ?? 'its process ended';
  return { ...about, state: 'wrong', detail: `${about.detail}: it does not load: ${reason.replace(/^\w*Error: /, '')}` };
}

function machine(): Finding {
  const [first] = cpus();
  const threads = availableParallelism();
  return { name: 'machine', state: 'info', detail: `${threads} processor threads (${first?.model.trim() ?? 'unknown'}), ${formatBytes(totalmem())} of memory, ${formatBytes(freemem())} free`, needed: false };
}

async function devices(): Promise<Finding> {
  const { ok, output } = await run('nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader']);
  return { name: 'devices', state: 'info', detail: ok ? output.trim().split('\n').join('; ') : 'no NVIDIA GPU', needed: false };
}

async function pip(): Promise<Finding> {
  const outcome = await runPip(['--version']);
  const name = 'pip';
  if (outcome.kind === 'ran' && outcome.exitCode === 0) return { name, state: 'ok', detail: (outcome.output.split('\n')[0] ?? '').trim(), needed: false };
  const detail = outcome.kind === 'no-python' ? 'there is no Python 3 on the PATH' : 'Python 3 has no pip';
  return { name, state: 'missing', detail: `${detail}: engines that npm does not carry cannot be fetched`, needed: false, fix: 'on Debian and Ubuntu: `sudo apt-get install -y python3-pip`' };
}

async function store(root: string): Promise<Finding> {
  try {
    await openStore(root, { access: 'read' });
    const bytes = await folderSize(root);
    return { name: 'store', state: 'ok', detail: `${root}: ${formatBytes(bytes)}`, needed: true, bytes };
  } catch (error) {
    const [problem] = toFailure(error).diagnostics;
    return { name: 'store', state: 'wrong', detail: problem?.message ?? String(error), needed: true, ...(problem?.hint === undefined ? {} : { fix: problem.hint }) };
  }
}

async function folder(name: string, { path, role }: { readonly path: string; readonly role: string }): Promise<Finding> {
  const bytes = await folderSize(path);
  return { name, state: 'info', detail: `${path}: ${formatBytes(bytes)}, ${role}`, needed: false, bytes };
}

async function disk(project: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(project);
  return { name: 'disk', state: 'info', detail: `${formatBytes(bavail * bsize)} free`, needed: false };
}

const PATIENCE = 30_000;

function run(command: string, args: readonly string[]): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((done) => {
    execFile(command, args, { timeout: PATIENCE }, (error, stdout, stderr) => done({ ok: error === null, output: stdout + stderr }));
  });
}
