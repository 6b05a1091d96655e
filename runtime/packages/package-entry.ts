import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Conditions of `exports` that hold for an import in Node. */
const CONDITIONS = ['node', 'import', 'module-sync', 'default'];

/** The file that importing a package loads, from its folder, by Node's rules; `undefined` where it says none. */
export async function entryOf(folder: string): Promise<string | undefined> {
  let manifest: { readonly exports?: unknown; readonly main?: unknown };
  try {
    manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as typeof manifest;
  } catch {
    return undefined;
  }
  if (manifest.exports !== undefined) return mainExport(manifest.exports);
  return typeof manifest.main === 'string' ? manifest.main : 'index.js';
}

function mainExport(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (Array.isArray(exports)) return exports.map(mainExport).find((one) => one !== undefined);
  if (typeof exports !== 'object' || exports === null) return undefined;
  if ('.' in exports) return mainExport(exports['.']);
  // The first condition that holds, in the order in which the package says them.
  for (const [condition, target] of Object.entries(exports)) {
    const found = CONDITIONS.includes(condition) ? mainExport(target) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
