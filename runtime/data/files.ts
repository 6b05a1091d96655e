import { readdir as list, realpath as follow } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern, type FileSystemAdapter } from 'tinyglobby';
import type { Problem } from '../../compiler/needs.ts';
import { nearest } from '../../grammar/diagnostics/nearest.ts';

/** Absolute paths, in code-unit order, or why there are none. */
export type FoundFiles = { readonly ok: true; readonly paths: readonly string[] } | Problem;

/** Absolute paths on which the answer depends: files, there or not, and the folders in which a glob looks. */
export interface Looked {
  readonly looked: readonly string[];
}

/** The files that a source names, and where its name for them is to be understood. */
export interface FileQuestion {
  /** A path, a glob, or `npm:package/path`. */
  readonly pattern: string;
  /** The file that says it, an absolute path: relative paths start at its folder. */
  readonly from: string;
  /** The project's folder, from which packages are looked up. */
  readonly project: string;
}

/** The files that a source names: absolute paths, in code-unit order. Or why there are none, and the way out. */
export async function findFiles(question: FileQuestion): Promise<{ readonly found: FoundFiles } & Looked> {
  const place = await placeOf(question);
  if (!place.ok) return { found: place, looked: [] };
  const { folder, path } = place;
  const found = await filesIn(folder, path, question.pattern);
  const paths = found.ok ? found.paths : [];
  const start = resolve(folder, staticPart(path));
  return { found, looked: paths.includes(start) ? paths : [start, ...paths.map((file) => dirname(file)), ...paths] };
}

/** A path or glob, and the folder that it is relative to; or what is wrong with how a source names its files. */
async function placeOf({ pattern, from, project }: FileQuestion): Promise<{ readonly ok: true; readonly folder: string; readonly path: string } | Problem> {
  if (pattern.trim() === '') return { ok: false, message: 'no file is named', hint: 'a path, a glob such as `"data/*.csv"`, or `"npm:package/path"`' };
  if (/^[a-z]+:\/\//i.test(pattern)) {
    return { ok: false, message: `\`${pattern}\` is an address: sources read files`, hint: 'download it, and name the file' };
  }
  if (!pattern.startsWith('npm:')) return { ok: true, folder: dirname(from), path: pattern };
  const [, name, path] = /^npm:((?:@[^/]+\/)?[^/@][^/]*)\/(.+)$/.exec(pattern) ?? [];
  if (name === undefined || path === undefined) {
    return { ok: false, message: `\`${pattern}\` names no file of a package`, hint: 'as in `"npm:vega-datasets/data/penguins.json"`' };
  }
  const folder = await packageFolder(name, project);
  if (folder === undefined) {
    return { ok: false, message: `the package \`${name}\` is not installed`, hint: `type \`npm install ${name}\` in the project's folder` };
  }
  return { ok: true, folder, path };
}

/** The segments of a path before the first that is a glob. */
function staticPart(path: string): string {
  const segments = path.split('/');
  const glob = segments.findIndex((segment) => isDynamicPattern(segment));
  return glob < 0 ? path : segments.slice(0, glob).join('/');
}

/** The folder of an installed package. Node's own way: `node_modules` of the folder and of each one above. */
export async function packageFolder(name: string, project: string): Promise<string | undefined> {
  for (let folder = resolve(project); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if ((await kindOf(candidate)) === 'folder') return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

async function filesIn(folder: string, path: string, shown: string): Promise<FoundFiles> {
  const file = resolve(folder, path);
  const kind = await kindOf(file);
  if (kind === 'file') return { ok: true, paths: [file] };
  if (kind === 'folder') {
    return { ok: false, message: `\`${shown}\` is a folder`, hint: `to read the files in it, write \`"${shown.replace(/\/$/, '')}/*"\`` };
  }
  if (!isDynamicPattern(path)) return missing(file, shown);
  const { fs, failed } = watchFailures();
  const found = await glob(path, { cwd: folder, absolute: true, onlyFiles: true, expandDirectories: false, fs });
  // The glob goes on without them; to plan on the files that are left would be to take stale results for good ones.
  const hidden = failed.find(({ path: one }) => mayHold(one, folder, path));
  if (hidden !== undefined) return unreadable(shown, hidden);
  if (found.length === 0) return { ok: false, message: `no file matches \`${shown}\``, hint: `looked in \`${folder}\`` };
  const paths = await withoutLoops(found.map((name) => resolve(name)));
  return { ok: true, paths: paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) };
}

/** A folder, or a link, that could not be read, as an absolute path. */
interface Unreadable {
  readonly path: string;
  readonly code: string | undefined;
}

/** What is no failure of reading: something is gone, or a link leads to nothing or to itself. */
const NOTHING_THERE = new Set(['ENOENT', 'ELOOP', 'ENOTDIR']);

/** What a glob reads folders with, noting what cannot be read: by itself it passes over that in silence. */
function watchFailures(): { readonly fs: FileSystemAdapter; readonly failed: readonly Unreadable[] } {
  const failed: Unreadable[] = [];
  const watched =
    (read: (...args: unknown[]) => void) =>
    (path: string, ...rest: unknown[]): void => {
      const answer = rest.pop() as (error: NodeJS.ErrnoException | null, ...values: unknown[]) => void;
      read(path, ...rest, (error: NodeJS.ErrnoException | null, ...values: unknown[]) => {
        if (error !== null && !NOTHING_THERE.has(error.code ?? '')) failed.push({ path: resolve(path), code: error.code });
        answer(error, ...values);
      });
    };
  const fs = { readdir: watched(list as never), realpath: watched(follow as never) } as unknown as FileSystemAdapter;
  return { fs, failed };
}

/** Whether something in a folder could match a glob: without `**`, a glob has as many segments as its paths. */
function mayHold(folder: string, from: string, path: string): boolean {
  if (path.includes('**')) return true;
  const start = staticPart(path);
  const inside = relative(resolve(from, start), folder);
  const depth = inside === '' ? 0 : inside.split(sep).length;
  return depth < path.slice(start.length).split('/').filter((segment) => segment !== '').length;
}

function unreadable(shown: string, { path, code }: Unreadable): Problem {
  return {
    ok: false,
    message: `not every file that matches \`${shown}\` can be found: \`${path}\` cannot be read: ${reasonOf(code)}`,
    hint: 'change its permissions, or write the glob so that it does not look there',
  };
}

function reasonOf(code: string | undefined): string {
  return code === 'EACCES' || code === 'EPERM' ? 'permission is denied' : String(code);
}

/** Files that are found again by way of a link to a folder are taken once, by the shorter path. */
async function withoutLoops(paths: readonly string[]): Promise<string[]> {
  const folders = new Map(await Promise.all([...new Set(paths.map((path) => dirname(path)))].map(async (folder) => [folder, await realpath(folder).catch(() => folder)] as const)));
  const taken = new Map<string, string>();
  for (const path of [...paths].sort((a, b) => a.length - b.length)) {
    const real = join(folders.get(dirname(path)) ?? '', basename(path));
    if (!taken.has(real)) taken.set(real, path);
  }
  return [...taken.values()];
}

async function missing(file: string, shown: string): Promise<Problem> {
  if ((await lstat(file).catch(() => undefined))?.isSymbolicLink() === true) {
    return { ok: false, message: `\`${shown}\` is a link to nothing`, hint: 'it leads to itself, or to a file that is not there' };
  }
  const message = `\`${shown}\` does not exist`;
  const folder = dirname(file);
  if ((await kindOf(folder)) !== 'folder') {
    return { ok: false, message, hint: `there is no folder \`${folder}\`` };
  }
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => error);
  if (names instanceof Error) return { ok: false, message: `\`${shown}\` cannot be looked for`, hint: `\`${folder}\` cannot be read: ${reasonOf(names.code)}` };
  const similar = nearest(basename(file), names);
  const hint = similar === undefined ? `there is none in \`${folder}\`` : `did you mean \`${shown.slice(0, shown.length - basename(shown).length)}${similar}\`?`;
  return { ok: false, message, hint };
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}
