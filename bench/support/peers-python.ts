import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const REQUIREMENTS = 'bench/peers/requirements.txt';

/**
 * A Python with the packages of the peers: that of `PYTHON`, else a virtual environment in the user's cache, made once for
 * each version of their list.
 */
export function peersPython(): string {
  const given = process.env['PYTHON'];
  if (given !== undefined) return given;
  const digest = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const venv = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mlp', 'peers', digest);
  if (!existsSync(pythonOf(venv))) makeEnvironment(venv);
  return pythonOf(venv);
}

function makeEnvironment(venv: string): void {
  console.log('making the Python environment of the peers, once');
  const making = `${venv}.${process.pid}`;
  execFileSync('python3', ['-m', 'venv', making], { stdio: 'inherit' });
  const install = (...what: string[]): void => {
    execFileSync(pythonOf(making), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...what], { stdio: 'inherit' });
  };
  install('-r', REQUIREMENTS);
  // XGBoost's wheel needs no newer Python than ours, whatever it says of itself.
  install('--no-deps', '--ignore-requires-python', 'xgboost-cpu==3.4.1');
  renameSync(making, venv);
}

function pythonOf(venv: string): string {
  return join(venv, 'bin', 'python');
}
