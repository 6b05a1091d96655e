import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diagnose, type Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import type { WheelEntry } from './lock.ts';
import { fileDigest } from './provider-folder.ts';
import type { PipOutcome, RunPip } from './run-pip.ts';

/** Which wheel to fetch, and where to. */
export interface FetchRequest {
  readonly entry: WheelEntry;
  readonly cacheFolder: string;
  /** An empty folder that the wheel goes into. */
  readonly folder: string;
  readonly runPip: RunPip;
  /** The step that needs the engine, for messages. */
  readonly step?: string;
  readonly signal?: AbortSignal;
}

/** Where the wheel lies, or why it does not. */
export type FetchedWheel = { readonly wheel: string } | { readonly diagnostic: Diagnostic };

/**
 * Brings the wheel that a lock's entry pins into a folder: from `wheels` in the cache, where a person may have put it
 * by hand, or by `pip download`. Its bytes are those of the entry, or it is a failure.
 */
export async function fetchWheel(request: FetchRequest): Promise<FetchedWheel> {
  const { entry, folder, step } = request;
  const byHand = join(wheelFolder(request.cacheFolder), entry.file);
  if (await isFile(byHand)) return checkWheel(request, byHand);
  const outcome = await request.runPip(['download', ...pipArguments(entry), ...QUIET, '--dest', folder], request.signal);
  const diagnostic = explainOutcome(request, outcome);
  if (diagnostic !== undefined) return { diagnostic };
  const wheel = join(folder, entry.file);
  if (await isFile(wheel)) return checkWheel(request, wheel);
  const reason = `pip fetched something else than ${entry.file}`;
  const parameters = { ...engineSubject(entry, step), reason, command: fetchCommand(request) };
  return { diagnostic: diagnose('engine-fetch-failed', undefined, parameters) };
}

/** An engine and who needs it, as the catalogue's messages take them. */
export function engineSubject(entry: WheelEntry, step: string | undefined) {
  return { engine: `${entry.engine} ${entry.version}`, step };
}

/** Where a person may put wheels that were fetched on another machine. */
function wheelFolder(cacheFolder: string): string {
  return join(cacheFolder, 'wheels');
}

/**
 * Most libraries need no Python at all, so the wheel is asked for by a Python that it supports, whichever one runs pip;
 * the platform is the last part of its file name (PEP 427).
 */
function pipArguments({ distribution, version, file, python = '3.13' }: WheelEntry): string[] {
  const platform = file.replace(/\.whl$/, '').split('-').at(-1)?.split('.')[0] ?? 'any';
  const wanted = ['--platform', platform, '--python-version', python, `${distribution}==${version}`];
  return ['--no-deps', '--only-binary=:all:', ...wanted];
}

const QUIET = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off'];

/** What to type to fetch the wheel by hand, to where `fetchWheel` finds it. */
function fetchCommand({ entry, cacheFolder }: FetchRequest): string {
  const destination = wheelFolder(cacheFolder);
  const quoted = /\s/.test(destination) ? `"${destination}"` : destination;
  return `python3 -m pip download ${pipArguments(entry).join(' ')} --dest ${quoted}`;
}

async function checkWheel({ entry, step }: FetchRequest, wheel: string): Promise<FetchedWheel> {
  const actual = await fileDigest(wheel);
  if (actual === entry.sha256) return { wheel };
  const parameters = { ...engineSubject(entry, step), file: wheel, expected: entry.sha256, actual };
  return { diagnostic: diagnose('engine-digest', undefined, parameters) };
}

function explainOutcome(request: FetchRequest, outcome: PipOutcome): Diagnostic | undefined {
  const { entry, cacheFolder } = request;
  const subject = engineSubject(entry, request.step);
  if (outcome.kind !== 'ran') {
    const page = `https://pypi.org/project/${entry.distribution}/${entry.version}/#files`;
    const manual = { file: entry.file, page, folder: wheelFolder(cacheFolder), system: process.platform };
    return outcome.kind === 'no-python'
      ? diagnose('engine-no-python', undefined, { ...subject, ...manual })
      : diagnose('engine-no-pip', undefined, { ...subject, ...manual, python: outcome.python });
  }
  const { exitCode, output } = outcome;
  const command = fetchCommand(request);
  if (exitCode === 0) return undefined;
  if (/No space left on device|Errno 28/.test(output)) {
    return diagnose('engine-cache', undefined, { ...subject, folder: cacheFolder, problem: 'no space is left on its disk' });
  }
  if (NETWORK.test(output)) return diagnose('engine-no-network', undefined, { ...subject, command });
  if (/No matching distribution found/.test(output)) {
    return diagnose('engine-no-wheel', undefined, { ...subject, file: entry.file, command });
  }
  const said = output.split(/\r?\n/).findLast((line) => line.startsWith('ERROR: '));
  const reason = said?.slice('ERROR: '.length) ?? `pip ended with exit code ${exitCode}`;
  return diagnose('engine-fetch-failed', undefined, { ...subject, reason, command });
}

/** How pip and urllib3 word what keeps them from the index. */
const NETWORK =
  /connection broken|NewConnectionError|Failed to establish|Max retries exceeded|Could not fetch URL|timed out|Name or service not known|Network is unreachable|SSLError|ProxyError/i;

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
