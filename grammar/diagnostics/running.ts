import { entry } from './entry.ts';
import { listed } from './listed.ts';

/** Findings of a check that an error tells; `mlp show` tells them all. */
const TOLD = 5;

function fewOf(findings: readonly string[]): readonly string[] {
  return findings.length <= TOLD ? findings : [...findings.slice(0, TOLD), `${(findings.length - TOLD).toLocaleString('en-US')} more`];
}

/** What is found when something runs: files, engines, steps, the store. */
export const running = {
  'not-in-this-version': entry<{ construct: string }>({
    severity: 'error',
    message: ({ construct }) => `\`${construct}\` is not part of this version of mlp`,
  }),
  'step-failed': entry<{ step: string; reason: string; hint?: string | undefined }>({
    severity: 'error',
    message: ({ step, reason }) => `\`${step}\` failed: ${reason}`,
    hint: ({ hint }) => hint,
  }),
  'step-crashed': entry<{ step: string; reason: string; hint: string | undefined; lastWords: readonly string[] }>({
    severity: 'error',
    message: ({ step, reason, lastWords }) =>
      `\`${step}\` failed: its process ${reason}` +
      (lastWords.length === 0 ? '' : `; its last words were:\n${lastWords.map((line) => `  ${line}`).join('\n')}`),
    hint: ({ hint }) => hint,
  }),
  'check-failed': entry<{ step: string; findings: readonly string[] }>({
    severity: 'error',
    message: ({ step, findings }) =>
      `the check \`${step}\` failed` + (findings.length === 0 ? '' : `: ${fewOf(findings).join('; ')}`),
    hint: () => 'what reads the checked table is not run until the check passes',
  }),
  'step-skipped': entry<{ step: string; because: string }>({
    severity: 'warning',
    message: ({ step, because }) => `\`${step}\` was skipped, because \`${because}\` failed`,
  }),
  'step-cancelled': entry<{ step: string }>({
    severity: 'warning',
    message: ({ step }) => `\`${step}\` was cancelled`,
    hint: () => 'the next `mlp apply` goes on where this one stopped',
  }),
  'output-cancelled': entry<object>({
    severity: 'warning',
    message: () => 'cancelled: nothing was written',
  }),
  'store-damaged': entry<{ file: string; problem: string; aside: string | undefined }>({
    severity: 'error',
    message: ({ file, problem }) => `the store is damaged: ${file} ${problem}`,
    hint: ({ aside }) =>
      aside === undefined
        ? 'run `mlp apply`: what is damaged is moved aside and made again'
        : `the damaged file was moved to ${aside}; run \`mlp apply\` again, and what it held is made again`,
  }),
  'store-mended': entry<{ problem: string }>({
    severity: 'warning',
    message: ({ problem }) => problem,
    hint: () => 'it was moved aside, into the folder `damaged` of the store, and what it held is made again',
  }),
  'store-root-unreadable': entry<{ file: string }>({
    severity: 'error',
    message: ({ file }) => `nothing is collected: ${file} is damaged, and what it keeps cannot be told`,
    hint: () => '`mlp store fsck --mend` moves damage aside',
  }),
  'store-busy': entry<{ folder: string }>({
    severity: 'error',
    message: ({ folder }) => `another program is collecting or mending the store in ${folder}`,
    hint: () => 'wait until it has ended',
  }),
  'store-nothing-called': entry<{ name: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ name }) => `no pipeline or label of this store is called \`${name}\``,
    hint: ({ known }) => (known.length === 0 ? undefined : `there is ${listed(known)}`),
  }),
  'store-newer': entry<{ folder: string; version: number; known: number }>({
    severity: 'error',
    message: ({ folder, version, known }) =>
      `the store in ${folder} was made by a newer mlp: it has version ${version}, this program knows version ${known}`,
    hint: () => 'update mlp, or give another store with `--store DIR`',
  }),
  'store-foreign': entry<{ folder: string }>({
    severity: 'error',
    message: ({ folder }) => `${folder} is not a store: the folder has other files in it`,
    hint: () => 'give an empty folder, or one that does not exist yet, with `--store DIR`',
  }),
  'store-not-folder': entry<{ file: string }>({
    severity: 'error',
    message: ({ file }) => `there can be no store at ${file}: a part of this path is a file, not a folder`,
    hint: () => 'give a folder, or a path where nothing is yet, with `--store DIR`',
  }),
  'disk-full': entry<{ file: string }>({
    severity: 'error',
    message: ({ file }) => `no space is left on the disk to write ${file}`,
    hint: () => 'make room, then run the command again: what was finished is kept',
  }),
  'disk-failing': entry<{ file: string }>({
    severity: 'error',
    message: ({ file }) => `the disk failed to read or write ${file}`,
    hint: () => 'check the disk (the system log says more); the store can be copied to another and given with `--store DIR`',
  }),
  'file-denied': entry<{ file: string; readOnly: boolean }>({
    severity: 'error',
    message: ({ file, readOnly }) =>
      readOnly ? `${file} cannot be written: its disk is read-only` : `permission is denied for ${file}`,
    hint: () => 'change the permissions, or give a store in a folder that is yours with `--store DIR`',
  }),
  'file-failed': entry<{ file: string; reason: string }>({
    severity: 'error',
    message: ({ file, reason }) => `${file} cannot be used: ${reason}`,
  }),
  'lock-bad-line': entry<{ line: string }>({
    severity: 'error',
    message: ({ line }) => `\`${line}\` means nothing in a lock`,
    hint: () => 'blocks are `[engine platform]`, then lines of `key = value`; delete the file, and it is written anew',
  }),
  'lock-merge-conflict': entry<object>({
    severity: 'error',
    message: () => 'a merge was not finished here',
    hint: () => 'keep one of the two sides of the conflict, and remove its marks',
  }),
  'lock-bad-key': entry<{ key: string; entry: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ key, entry, known }) =>
      known.includes(key) ? `\`${key}\` is there twice for ${entry}` : `\`${key}\` is no key of ${entry}`,
    hint: ({ known }) => `each of ${known.join(', ')} is there once`,
  }),
  'lock-bad-value': entry<{ key: string; value: string; expected: string }>({
    severity: 'error',
    message: ({ key, value, expected }) => `\`${key}\` is ${expected}, not \`${value}\``,
  }),
  'lock-missing-key': entry<{ key: string; entry: string }>({
    severity: 'error',
    message: ({ key, entry }) => `${entry} has no \`${key}\``,
  }),
  'lock-bad-platform': entry<{ platform: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ platform }) => `\`${platform}\` is not a platform`,
    hint: ({ known }) => `platforms are ${known.join(', ')}`,
  }),
  'lock-duplicate': entry<{ entry: string }>({
    severity: 'error',
    message: ({ entry }) => `${entry} is there twice`,
    hint: () => 'keep one of the blocks',
  }),
  'engine-unsupported': entry<EngineNeed & { platform: string; platforms: readonly string[] }>({
    severity: 'error',
    message: (need) => noEngine(need, `there is none for ${need.platform} in mlp.lock`),
    hint: ({ platforms }) =>
      platforms.length === 0 ? 'take mlp.lock out of the way, and it is written anew with the engines that this version is tested with' : `there is one for ${platforms.join(', ')}; steps that do without it run`,
  }),
  'engine-not-installed': entry<{ engine: string; step: string; backend: string; name: string; version: string }>({
    severity: 'error',
    message: ({ engine, step, backend, name }) => `\`${step}\` needs ${engine} on its backend ${backend}, which mlp.lock pins, and the package ${name} is not installed`,
    hint: ({ name, version }) => `\`npm install ${name}@${version}\`, or pin another backend in mlp.lock (wasm comes with mlp): results then differ a little, and models are trained anew`,
  }),
  'engine-other-version': entry<{ engine: string; step: string; name: string; version: string; installed: string }>({
    severity: 'error',
    message: ({ engine, step, name, version, installed }) => `\`${step}\` needs ${engine} ${version}, which mlp.lock pins, and ${name} is installed as ${installed}`,
    hint: ({ name, version, installed }) => `\`npm install ${name}@${version}\`, or write \`version = ${installed}\` into mlp.lock: models are then trained anew`,
  }),
  'engine-no-python': entry<EngineNeed & WheelByHand>({
    severity: 'error',
    message: (need) => noEngine(need, 'it is fetched by pip, and there is no Python 3 on the PATH'),
    hint: (need) => `type \`${PYTHON_COMMANDS[need.system] ?? PYTHON_COMMANDS.linux}\`, ${byHand(need)}`,
  }),
  'engine-other-python': entry<EngineNeed & { versions: readonly string[]; met: readonly { readonly version: string; readonly program: string }[]; system: string }>({
    severity: 'error',
    message: ({ engine, step, versions, met }) =>
      `${step === undefined ? `${engine} needs` : `\`${step}\` needs ${engine}, which needs`} a Python of a version that mlp.lock has it for (${listed(versions)}), and ${met.length === 0 ? 'there is no Python 3 on the PATH' : `here is ${listed(met.map(({ version, program }) => `${version} (${program})`))}`}`,
    hint: ({ system }) => `install one of these (\`${PYTHON_COMMANDS[system] ?? PYTHON_COMMANDS.linux}\`), or name its program in the environment: \`MLP_PYTHON=/path/to/python3\``,
  }),
  'engine-no-pip': entry<EngineNeed & WheelByHand & { python: string }>({
    severity: 'error',
    message: (need) => noEngine(need, `it is fetched by pip, which ${need.python} does not have`),
    hint: (need) =>
      need.system === 'linux'
        ? `type \`${PYTHON_COMMANDS.linux}\`, ${byHand(need)}`
        : `type \`${need.python} -m ensurepip --user\`, ${byHand(need)}`,
  }),
  'engine-no-network': entry<EngineNeed & { command: string }>({
    severity: 'error',
    message: (need) => noEngine(need, 'pip cannot reach the package index'),
    hint: ({ command }) =>
      `check the connection (pip reads HTTPS_PROXY and PIP_INDEX_URL), then run this again; to fetch it by hand: \`${command}\``,
  }),
  'engine-no-wheel': entry<EngineNeed & { file: string; command: string }>({
    severity: 'error',
    message: (need) => noEngine(need, `the package index that pip asks has no ${need.file}`),
    hint: ({ command }) =>
      `point PIP_INDEX_URL at an index that has it, such as https://pypi.org/simple; to try by hand: \`${command}\``,
  }),
  'engine-fetch-failed': entry<EngineNeed & { reason: string; command: string }>({
    severity: 'error',
    message: (need) => noEngine(need, `pip failed: ${need.reason}`),
    hint: ({ command }) => `to try by hand: \`${command}\``,
  }),
  'engine-digest': entry<EngineNeed & { file: string; expected: string; actual: string }>({
    severity: 'error',
    message: (need) => noEngine(need, `${need.file} is not the file that mlp.lock pins`),
    hint: ({ expected, actual }) =>
      `its SHA-256 is ${actual}, the pinned one ${expected}: it was cut off or changed on the way; remove it where it was put by hand, and run this again`,
  }),
  'engine-corrupt-wheel': entry<EngineNeed & { file: string; reason: string }>({
    severity: 'error',
    message: (need) => noEngine(need, `${need.file} cannot be unpacked: ${need.reason}`),
    hint: () => 'its digest is the one in mlp.lock, so the lock pins a bad file: restore mlp.lock',
  }),
  'engine-cache': entry<EngineNeed & { folder: string; problem: string }>({
    severity: 'error',
    message: (need) => noEngine(need, `the cache folder ${need.folder} cannot be used: ${need.problem}`),
    hint: () => 'make room or change its permissions, or name another folder in the environment: `MLP_CACHE=DIR`',
  }),
  usage: entry<{ problem: string; hint: string | undefined }>({
    severity: 'error',
    message: ({ problem }) => problem,
    hint: ({ hint }) => hint,
  }),
  unexpected: entry<{ problem: string }>({
    severity: 'error',
    message: ({ problem }) => `mlp itself went wrong: ${problem}`,
    hint: () => 'this is a fault in mlp, not in the pipeline; with `--debug` it shows where it happened',
  }),
  'unknown-run': entry<{ run: string; runs: number; known: readonly string[] }>({
    severity: 'error',
    message: ({ run, runs }) => (runs === 0 ? 'this pipeline has not been run yet' : `no run of this pipeline is called \`${run}\`: there ${runs === 1 ? 'is one run' : `are ${runs} runs`}`),
    hint: ({ runs, known }) => (runs === 0 ? '`mlp apply` runs it' : `\`mlp runs\` lists them, the last: ${listed(known)}; \`latest~1\` is the one before the latest`),
  }),
  'ambiguous-run': entry<{ run: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ run, known }) => `${known.length} runs are called \`${run}…\``,
    hint: ({ known }) => `write more of it: ${listed(known.slice(-4))}`,
  }),
  'plan-unreadable': entry<{ file: string; reason: string; hint: string }>({
    severity: 'error',
    message: ({ file, reason }) => `\`${file}\` cannot be used as a saved plan: ${reason}`,
    hint: ({ hint }) => hint,
  }),
  'plan-stale': entry<{ file: string; changes: readonly string[]; command: string }>({
    severity: 'error',
    message: ({ file, changes }) => `\`${file}\` no longer matches: ${changes.length === 1 ? 'one thing has' : `${changes.length} things have`} changed since it was saved\n${shortened(changes).map((change) => `  ${change}`).join('\n')}`,
    hint: ({ command }) => `nothing was run; look at what would be done now, and save that: \`${command}\``,
  }),
  'not-made': entry<{ step: string; command: string }>({
    severity: 'error',
    message: ({ step }) => `\`${step}\` has not been made yet`,
    hint: ({ command }) => `make it with \`${command}\``,
  }),
  'not-exportable': entry<{ name: string; what: string; extension: string; fitting: readonly string[] }>({
    severity: 'error',
    message: ({ name, what, extension }) =>
      extension === '' ? `the file for \`${name}\` needs an extension` : `\`${name}\` is ${what} and cannot be written as \`${extension}\``,
    hint: ({ fitting }) => (fitting.length === 0 ? 'it can be looked at with `mlp show`' : `what fits: ${fitting.map((one) => `\`${one}\``).join(', ')}`),
  }),
  'exported-as-folder': entry<{ name: string; what: string; extension: string }>({
    severity: 'error',
    message: ({ name, what, extension }) => `\`${name}\` is ${what}, which is written as a folder, not as \`${extension}\``,
    hint: ({ name }) => `name a folder, which is made if it is not there: \`-o ${name}/\``,
  }),
  'output-folder': entry<{ folder: string }>({
    severity: 'error',
    message: ({ folder }) => `there is no folder ${folder} to write into`,
    hint: () => 'make the folder first, or write elsewhere',
  }),
  'output-is-folder': entry<{ file: string }>({
    severity: 'error',
    message: ({ file }) => `${file} is a folder`,
    hint: () => 'name a file in it',
  }),
  'output-is-file': entry<{ file: string }>({
    severity: 'error',
    message: ({ file }) => `${file} is a file, and what is written is a folder`,
    hint: () => 'name another folder, which is made if it is not there',
  }),
  'output-denied': entry<{ file: string }>({
    severity: 'error',
    message: ({ file }) => `permission is denied for ${file}`,
  }),
  'init-exists': entry<{ files: readonly string[] }>({
    severity: 'error',
    message: ({ files }) => `there is already ${files.join(' and ')}: nothing was written`,
    hint: () => 'start in another folder, as in `mlp init demo`',
  }),
  'pipeline-unreadable': entry<{ file: string; reason: string; hint?: string | undefined }>({
    severity: 'error',
    message: ({ file, reason }) => `cannot read \`${file}\`: ${reason}`,
    hint: ({ hint }) => hint ?? 'name a pipeline file, such as `pipelines/flights.mlp`',
  }),
  'lock-unreadable': entry<{ file: string; reason: string }>({
    severity: 'error',
    message: ({ file, reason }) => `cannot read \`${file}\`: ${reason}`,
    hint: () => 'take it out of the way, and it is written anew',
  }),
};

/** An engine with its version, and the step that asks for it, where one does. */
export interface EngineNeed {
  readonly engine: string;
  readonly step: string | undefined;
}

/** What doing without pip takes. */
export interface WheelByHand {
  readonly file: string;
  readonly page: string;
  /** The folder in which a file that was fetched elsewhere is found. */
  readonly folder: string;
  /** `process.platform`. */
  readonly system: string;
}

const PYTHON_COMMANDS: Readonly<Record<string, string>> & { readonly linux: string } = {
  linux: 'sudo apt-get install -y python3-pip',
  darwin: 'brew install python',
  win32: 'winget install Python.Python.3.13',
};

/** The lines that a message has room for. */
const MOST_LINES = 20;

function shortened(lines: readonly string[]): readonly string[] {
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES - 1), `and ${lines.length - MOST_LINES + 1} more: \`--json\` has them all`];
}

function noEngine({ engine, step }: EngineNeed, reason: string): string {
  return `the engine ${engine}${step === undefined ? '' : `, which \`${step}\` needs,`} cannot be fetched: ${reason}`;
}

function byHand({ file, page, folder }: WheelByHand): string {
  return `or put ${file} from ${page} into ${folder}`;
}
