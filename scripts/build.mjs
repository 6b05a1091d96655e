// Bundles the command line and the worker, so that starting the program loads a few files instead of hundreds.
import { createHash } from 'node:crypto';
import { build as bundle } from 'esbuild';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';

const { dependencies } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
// What is native, or large and rarely needed. (The 180 modules of DuckDB's interface load twice as fast in one file.)
const native = ['@duckdb/node-bindings', 'koffi', 'apache-arrow', 'vega-datasets', '@tensorflow/tfjs-core', 'sharp'];
const PLACEHOLDER = '<the digest of this build>';
const root = new URL('..', import.meta.url);

await rm(new URL('dist', root), { recursive: true, force: true });
const { outputFiles } = await bundle({
  absWorkingDir: new URL('.', root).pathname,
  entryPoints: { mlp: 'apps/cli/main.ts', worker: 'apps/worker/main.ts', kinds: 'apps/kinds/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  external: native.filter((name) => name in dependencies),
  // CommonJS packages inside the bundle ask for `require`.
  banner: { js: "import { createRequire as mlpRequire } from 'node:module'; const require = mlpRequire(import.meta.url);" },
  // Stands for itself until all is built, and then for the digest of it.
  define: { MLP_BUILD: JSON.stringify(PLACEHOLDER) },
  write: false,
  logLevel: 'warning',
});
const build = createHash('sha256');
for (const { contents } of outputFiles) build.update(contents);
const digest = build.digest('hex').slice(0, PLACEHOLDER.length);
await mkdir(new URL('dist', root));
for (const { path, text } of outputFiles) await writeFile(path, text.replaceAll(PLACEHOLDER, digest));
await copyFile(new URL('runtime/engines/catboost/catboost-program.py', root), new URL('dist/catboost-program.py', root));
await chmod(new URL('dist/mlp.js', root), 0o755);
