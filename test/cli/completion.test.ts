import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFlags } from '../../apps/cli/program.ts';
import { renderCompletion, SHELLS } from '../../apps/cli/render/render-completion.ts';

const PIPELINE = `
source rows = csv("rows.csv")
for region in ["eu", "us"] {
  model gbm = xgboost(x) { rounds: 10 }
}
table right = sql("SELECT size = (1) AS one FROM rows")
// table left = sql("…")
`;

const flags = describeFlags();
const words = { command: flags.commands.map(({ name }) => name), kind: ['csv', 'xgboost'], shell: SHELLS };
const bash = renderCompletion('bash', { ...flags, words });

const folder = mkdtempSync(join(tmpdir(), 'mlp-completion-'));
beforeAll(() => {
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(join(folder, 'pipelines', 'p.mlp'), PIPELINE);
  for (const name of ['p.mlp', 'two words.mlp']) writeFileSync(join(folder, name), PIPELINE);
  writeFileSync(join(folder, 'new.csv'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers after these words, of which the last is being typed. */
function complete(typed: readonly string[]): string[] {
  const script = `${bash}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mlp; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const printed = execFileSync('bash', ['--norc', '-uc', script, 'bash', 'mlp', ...typed], { cwd: folder, encoding: 'utf8' });
  return printed.split('\n').filter((line) => line !== '').sort();
}

const hasBash = spawnSync('bash', ['--version']).status === 0;

describe.skipIf(!hasBash)('completion in bash', () => {
  it.each<[line: string, offered: readonly string[]]>([
    ['wa', ['watch']],
    ['d', ['diff', 'doctor']],
    ['--json pla', ['plan']],
    ['-C pipelines pla', ['plan']],
    ['show ', ['p.mlp', 'pipelines', 'two words.mlp']],
    ['show pipelines/', ['pipelines/p.mlp']],
    ['show p.mlp ', ['gbm', 'right', 'rows']],
    ['show p.mlp --rows 3 r', ['right', 'rows']],
    ['show p.mlp --rows ', []],
    ['show p.mlp rows ', []],
    ['show missing.mlp ', []],
    ['plan p.mlp ', []],
    ['plan p.mlp --target g', ['gbm']],
    ['plan p.mlp --ex', ['--exit-code']],
    ['apply p.mlp --th', ['--threads']],
    ['plan p.mlp --th', []],
    ['check p.mlp ', ['p.mlp', 'pipelines', 'two words.mlp']],
    ['predict p.mlp gbm ne', ['new.csv']],
    ['predict p.mlp gbm new.csv --from ro', ['rows']],
    ['export p.mlp gbm -o pipe', ['pipelines']],
    ['init ', ['pipelines']],
    ['kinds x', ['xgboost']],
    ['completion ', ['bash', 'fish', 'zsh']],
  ])('of `mlp %s`', (line, offered) => {
    expect(complete(line.split(' '))).toEqual(offered);
  });
});

describe('completion', () => {
  it.each(SHELLS)('in %s knows every command and flag', (shell) => {
    const script = renderCompletion(shell, { ...flags, words });
    const spelled = (long: string): string => (shell === 'fish' ? `-l ${long.slice(2)}` : long);
    const long = [...flags.globals, ...flags.commands.flatMap((command) => command.flags)].flatMap((flag) => flag.long ?? []);
    for (const expected of [...words.command, ...long.map(spelled)]) expect(script).toContain(expected);
  });
});

/** What fish offers, by its own account of what Tab would. */
function completeInFish(line: string): string[] {
  const script = `${renderCompletion('fish', { ...flags, words })}\ncomplete -C $argv[1]`;
  const printed = execFileSync('fish', ['-N', '-c', script, `mlp ${line}`], { cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: folder } });
  return printed.split('\n').flatMap((offered) => (offered === '' ? [] : [offered.split('\t')[0] ?? ''])).sort();
}

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

describe.skipIf(!has('fish'))('completion in fish (skipped where fish is missing)', () => {
  it.each<[line: string, offered: readonly string[]]>([
    ['wa', ['watch']],
    ['-C pipelines pla', ['plan']],
    ['show ', ['p.mlp', 'pipelines/', 'two words.mlp']],
    ['show p.mlp ', ['gbm', 'right', 'rows']],
    ['plan p.mlp --target g', ['gbm']],
    ['plan p.mlp --ex', ['--exit-code']],
    ['check p.mlp ', ['p.mlp', 'pipelines/', 'two words.mlp']],
    ['predict p.mlp gbm ne', ['new.csv']],
    ['kinds xg', ['xgboost']],
  ])('mlp %s', (line, offered) => {
    expect(completeInFish(line)).toEqual(offered);
  });
});

/** What zsh offers, by the function of its `bashcompinit` that Tab calls; `compadd` then takes what begins as typed. */
function completeInZsh(typed: readonly string[]): string[] {
  const script = `autoload -U compinit && compinit -u -D\n${renderCompletion('zsh', { ...flags, words })}\nwords=("$@"); CURRENT=$#; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compgen -F _mlp -- "\${@[-1]}"`;
  const printed = execFileSync('zsh', ['-f', '-c', script, 'zsh', 'mlp', ...typed], { cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: folder } });
  return printed.split('\n').filter((line) => line !== '' && line.startsWith(typed.at(-1) ?? '')).sort();
}

describe.skipIf(!has('zsh'))('completion in zsh (skipped where zsh is missing)', () => {
  it.each<[line: string, offered: readonly string[]]>([
    ['wa', ['watch']],
    ['-C pipelines pla', ['plan']],
    ['show ', ['p.mlp', 'pipelines', 'two words.mlp']],
    ['show p.mlp ', ['gbm', 'right', 'rows']],
    ['plan p.mlp --target g', ['gbm']],
    ['plan p.mlp --ex', ['--exit-code']],
    ['predict p.mlp gbm ne', ['new.csv']],
    ['kinds xg', ['xgboost']],
  ])('mlp %s', (line, offered) => {
    expect(completeInZsh(line.split(' '))).toEqual(offered);
  });
});
