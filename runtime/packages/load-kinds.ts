import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { glob } from 'tinyglobby';
import type { AnswerTo, PackageNeed } from '../../compiler/needs.ts';
import type { Digest } from '../../compiler/plan/artifact.ts';
import { packageFolder, type Looked } from '../data/files.ts';
import { entryOf } from './package-entry.ts';

/** Digests of the code that this process has loaded, by folder. */
const digests = new Map<string, Digest>();

/** What a package exports as `kinds`, with the digest of its code, or why it cannot be had. */
export async function loadKinds(name: string, project: string): Promise<{ readonly loaded: AnswerTo<PackageNeed> } & Looked> {
  if (!/^(?:@[^/@\s]+\/)?[^/@\s.][^/@\s]*$/.test(name)) {
    return { loaded: { ok: false, message: `\`npm:${name}\` names no package`, hint: 'as in `import "npm:some-package"`' }, looked: [] };
  }
  const found = await packageFolder(name, project);
  if (found === undefined) {
    const problem = { ok: false, message: `the package \`${name}\` is not installed`, hint: `type \`npm install ${name}\` in the project's folder` } as const;
    return { loaded: problem, looked: [join(project, 'node_modules'), join(project, 'node_modules', name)] };
  }
  const folder = await realpath(found);
  const files = await filesOf(folder);
  return { loaded: await loadFolder(name, folder, files), looked: [folder, ...files.map((file) => dirname(file)), ...files] };
}

async function loadFolder(name: string, folder: string, files: readonly string[]): Promise<AnswerTo<PackageNeed>> {
  const digest = await packageDigest(folder, files);
  // Modules that a process has loaded, or could not load, stay as they were.
  if ((digests.get(folder) ?? digest) !== digest) {
    return { ok: false, message: `the code of the package \`${name}\` has changed while mlp was running`, hint: 'start mlp again' };
  }
  const entry = await entryOf(folder);
  if (entry === undefined) return { ok: false, message: `the package \`${name}\` says no entry that can be imported`, hint: 'its package.json needs `exports` or `main`' };
  digests.set(folder, digest);
  try {
    const loaded = (await import(pathToFileURL(resolve(folder, entry)).href)) as Readonly<Record<string, unknown>>;
    return { ok: true, kinds: loaded['kinds'], digest };
  } catch (error) {
    return { ok: false, message: `the package \`${name}\` cannot be loaded: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The files of a package's code, in order; what npm installed below it is not among them. */
async function filesOf(folder: string): Promise<string[]> {
  const files = await glob('**', { cwd: folder, ignore: ['**/node_modules/**', '.git/**'], dot: true, onlyFiles: true, absolute: true });
  return files.map((one) => resolve(one)).sort();
}

/**
 * The digest of a package's code: of every file in its folder, and of the name and version of each package that it
 * depends on, however indirectly. What npm installed as a version does not change.
 */
async function packageDigest(folder: string, files: readonly string[]): Promise<Digest> {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(file);
    hash.update(JSON.stringify([relative(folder, file).split(sep).join('/'), content.length])).update(content);
  }
  hash.update(JSON.stringify(await dependenciesOf(folder, new Map())));
  return hash.digest('hex');
}

/** `name@version` of every package below one, in order. */
async function dependenciesOf(folder: string, seen: Map<string, string>): Promise<string[]> {
  const names = Object.keys((await readManifest(folder))?.dependencies ?? {});
  for (const name of names) {
    const found = await packageFolder(name, folder);
    const below = found === undefined ? undefined : await realpath(found);
    if (below === undefined || seen.has(below)) continue;
    seen.set(below, `${name}@${(await readManifest(below))?.version ?? ''}`);
    await dependenciesOf(below, seen);
  }
  return [...seen.values()].sort();
}

async function readManifest(folder: string): Promise<{ readonly version?: string; readonly dependencies?: Readonly<Record<string, string>> } | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version?: string };
  } catch {
    return undefined;
  }
}
