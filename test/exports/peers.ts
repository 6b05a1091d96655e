import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** A program of another field that opens what was exported: where it is, or what is missing. */
export type Peer = { readonly found: true; readonly path: string } | { readonly found: false; readonly missing: string };

const PACKAGES = ['numpy', 'polars', 'pyarrow', 'xgboost', 'lightgbm'];

/** A Python that has the packages that open exported files: `MLP_TEST_PYTHON`, else `python3`. */
export function findPython(): Peer {
  const path = process.env['MLP_TEST_PYTHON'] ?? 'python3';
  const tried = spawnSync(path, ['-c', `import ${PACKAGES.join(', ')}; assert xgboost.__version__ >= '3.4', 'xgboost ' + xgboost.__version__`], { encoding: 'utf8', timeout: 60_000 });
  if (tried.status === 0) return { found: true, path };
  const reason = tried.error?.message ?? tried.stderr.trim().split('\n').at(-1) ?? '';
  return { found: false, missing: `Python with ${PACKAGES.join(', ')} (set MLP_TEST_PYTHON to one; ${path}: ${reason})` };
}

/** A Chromium: `MLP_TEST_CHROMIUM`, else one of its usual names. */
export function findChromium(): Peer {
  const named = process.env['MLP_TEST_CHROMIUM'];
  for (const path of named === undefined ? ['chromium', 'chromium-browser', 'google-chrome'] : [named]) {
    if (spawnSync(path, ['--version'], { timeout: 60_000 }).status === 0) return { found: true, path };
  }
  return { found: false, missing: `Chromium (set MLP_TEST_CHROMIUM to one${named === undefined ? '' : `; ${named} is none`})` };
}

/** Declares tests that need a peer. Without it they are skipped, and what is missing is said; with `MLP_TEST_PEERS=required` they fail. */
export function withPeer(title: string, peer: Peer, declare: (path: string) => void): void {
  if (peer.found) {
    describe(title, () => declare(peer.path));
    return;
  }
  if (process.env['MLP_TEST_PEERS'] === 'required') {
    it(title, () => expect.fail(`there is no ${peer.missing}`));
    return;
  }
  process.stderr.write(`skipped: ${title}: there is no ${peer.missing}\n`);
  describe.skip(title, () => declare(''));
}

/** A file to be opened, and what with. */
export interface OpenRequest {
  readonly open: 'table' | 'xgboost' | 'lightgbm' | 'forest' | 'linear' | 'baseline' | 'adjust';
  readonly [key: string]: string | Readonly<Record<string, string>>;
}

/** What `open_exports.py` finds in files, by the names of the requests. */
export function openInPython<T>(python: string, requests: Readonly<Record<string, OpenRequest>>): Readonly<Record<string, T>> {
  const { status, stdout, stderr } = spawnSync(python, [join(import.meta.dirname, 'open_exports.py')], { input: JSON.stringify(requests), encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`Python ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout) as Record<string, T>;
}
