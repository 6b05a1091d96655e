import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const REQUIREMENTS = 'bench/peers/requirements.txt';
const KERAS = 'bench/peers/keras.txt';
const BUILD_TOOLS = 'bench/peers/build-tools.txt';

/**
 * A Python with the packages of the peers: that of `PYTHON`, else a virtual environment in the user's cache, made once for
 * each version of their list.
 */
export function peersPython(): string {
  // XGBoost's wheel needs no newer Python than ours, whatever it says of itself.
  return process.env['PYTHON'] ?? environmentOf(REQUIREMENTS, ['--no-deps', '--ignore-requires-python', 'xgboost-cpu==3.4.1']);
}

/** A Python with DVC, Snakemake and ninja, likewise. */
export function buildToolsPython(): string {
  return environmentOf(BUILD_TOOLS);
}

/** A Python with Keras on TensorFlow (1.5 GB), likewise. */
export function kerasPython(): string {
  return process.env['KERAS_PYTHON'] ?? environmentOf(KERAS);
}

function environmentOf(requirements: string, more: readonly string[] = []): string {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const venv = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mlp', 'peers', digest);
  if (existsSync(venv)) return pythonOf(venv);
  console.log('making the Python environment of the peers, once');
  const making = `${venv}.${process.pid}`;
  execFileSync('python3', ['-m', 'venv', making], { stdio: 'inherit' });
  for (const what of [['-r', requirements], more]) {
    if (what.length > 0) execFileSync(pythonOf(making), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...what], { stdio: 'inherit' });
  }
  renameSync(making, venv);
  return pythonOf(venv);
}

function pythonOf(venv: string): string {
  return join(venv, 'bin', 'python');
}
