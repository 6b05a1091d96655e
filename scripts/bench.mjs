// Runs a benchmark: `npm run bench -- flights`. Bundles it, and makes the Python of its peers in the user's cache.
import { build } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- NAME\nbenchmarks: ${names.join(', ')}`);
  process.exit(1);
}

const folder = mkdtempSync(join(root, 'dist', 'bench-'));
try {
  await build({
    absWorkingDir: root,
    entryPoints: [`bench/${name}.ts`],
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const run = spawnSync(process.execPath, [join(folder, `${name}.js`), ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PYTHON: process.env.PYTHON ?? peersPython() },
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A virtual environment with the peers' packages, made once for each version of their list. */
function peersPython() {
  const requirements = join(root, 'bench', 'peers', 'requirements.txt');
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mlp', 'peers');
  const venv = join(cache, digest);
  const python = join(venv, 'bin', 'python');
  if (existsSync(python)) return python;
  console.log('making the Python environment of the peers, once');
  const making = `${venv}.${process.pid}`;
  execFileSync('python3', ['-m', 'venv', making], { stdio: 'inherit' });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  execFileSync(join(making, 'bin', 'python'), [...pip, '-r', requirements], { stdio: 'inherit' });
  // XGBoost's wheel needs no newer Python than ours, whatever it says of itself.
  execFileSync(join(making, 'bin', 'python'), [...pip, '--no-deps', '--ignore-requires-python', 'xgboost-cpu==3.4.1'], { stdio: 'inherit' });
  renameSync(making, venv);
  return python;
}
