/** What a shell can complete: commands with their flags and arguments, in the order of help. */
export interface Completions {
  readonly globals: readonly CompletedFlag[];
  readonly commands: readonly CompletedCommand[];
  /** The words that an argument of this name can be, where they are known beforehand. */
  readonly words: Readonly<Record<string, readonly string[]>>;
}

/** A command: arguments are in commander's form without their brackets, `file` or `files...`. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  readonly args: readonly string[];
}

/** The spellings of a flag, and the name of the value that it takes, if any. */
export interface CompletedFlag {
  readonly short?: string | undefined;
  readonly long?: string | undefined;
  readonly value?: string | undefined;
}

/** The shells that completion can be made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A shell that completion can be made for. */
export type Shell = (typeof SHELLS)[number];

/** Finds the names that a pipeline declares, by `sed`, so that pressing Tab starts no program of ours. */
const NAMES = String.raw`sed -nE 's/^[[:space:]]*[a-z]+[[:space:]]+([A-Za-z_][A-Za-z0-9_]*)[[:space:]]*=[[:space:]]*[a-z_0-9]+\(.*/\1/p'`;

/** How a shell finds what an argument, or the value of a flag, can be; others are free text. */
const SOURCES: Readonly<Record<string, string>> = {
  file: `compgen -f -X '!*.mlp' -- "$current"; compgen -d -- "$current"`,
  path: 'compgen -f -- "$current"',
  folder: 'compgen -d -- "$current"',
  step: `if [ -r "$file" ]; then compgen -W "$(${NAMES} "$file")" -- "$current"; fi`,
};

const SOURCE_OF: Readonly<Record<string, string>> = {
  ...{ file: 'file', files: 'file', input: 'path', plan: 'path', out: 'path', dir: 'folder' },
  ...{ step: 'step', name: 'step', model: 'step', source: 'step' },
};

/** A script that the shell reads at its start. */
export function renderCompletion(shell: Shell, completions: Completions): string {
  if (shell === 'fish') return renderFish(completions);
  // zsh reads the same script, by its own emulation of bash's completion.
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${renderBash(completions)}` : renderBash(completions);
}

function renderBash({ globals, commands, words }: Completions): string {
  const all = [...globals, ...commands.flatMap(({ flags }) => flags)];
  const valued = [...new Set(all.filter(({ value }) => value !== undefined).flatMap(spellings))];
  const valueSources = new Map(all.flatMap((flag) => (flag.value === undefined ? [] : spellings(flag).map((spelling) => [spelling, sourceOf(flag.value ?? '')] as const))));
  const argumentCases = commands.flatMap(({ name, args }) => args.map((argument, at) => [`${name}:${argument.endsWith('...') ? '*' : at}`, argument.replace('...', '')] as const));
  return `_mlp_words() {
  case "$1" in
${Object.entries(SOURCES).map(([source, command]) => `    ${source}) ${command} ;;`).join('\n')}
${Object.entries(words).map(([name, list]) => `    ${name}) compgen -W ${ansi(list)} -- "$current" ;;`).join('\n')}
  esac
}
_mlp() {
  local IFS=$'\\n'
  local current="\${COMP_WORDS[COMP_CWORD]}" command="" file="" flags="" wanted="" word previous="" position=0
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "$previous" in
      ${valued.join('|')}) previous=""; continue ;;
    esac
    previous="$word"
    case "$word" in
      -*) continue ;;
      *.mlp) [ -n "$file" ] || file="$word" ;;
    esac
    if [ -z "$command" ]; then command="$word"; else position=$((position + 1)); fi
  done
  case "$command" in
${commands.map(({ name, flags }) => `    ${name}) flags=${ansi(flags.flatMap(spellings))} ;;`).join('\n')}
  esac
  case "$command:$position" in
${argumentCases.map(([pattern, argument]) => `    ${pattern}) wanted=${sourceOf(argument)} ;;`).join('\n')}
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags"$'\\n'${ansi(globals.flatMap(spellings))} -- "$current"))
    return
  fi
  case "$previous" in
${[...valueSources].map(([spelling, source]) => `    ${spelling}) wanted=${source} ;;`).join('\n')}
    *) if [ -z "$command" ]; then wanted=command; fi ;;
  esac
  COMPREPLY=($(_mlp_words "$wanted"))
}
complete -o filenames -F _mlp mlp
`;
}

function renderFish({ globals, commands, words }: Completions): string {
  const line = (condition: string, ...rest: readonly string[]): string => ['complete -c mlp', ...(condition === '' ? [] : [`-n '${condition}'`]), ...rest].join(' ');
  const flagLine = (condition: string, { short, long, value }: CompletedFlag): string => {
    const source = sourceOf(value ?? '');
    return line(condition, ...(source === 'step' ? [`-a '(__mlp_steps)'`] : []), ...(short === undefined ? [] : [`-s ${short.slice(1)}`]), ...(long === undefined ? [] : [`-l ${long.slice(2)}`]), ...(value === undefined ? [] : ['-r']), ...(source === 'path' || source === 'folder' ? ['-F'] : []));
  };
  const wordLines = (seen: string, source: string, place: string): string[] => {
    if (words[source] !== undefined) return [line(seen, `-a '${words[source].join(' ')}'`)];
    if (source === 'path' || source === 'folder') return [line(seen, '-F')];
    return source === 'file' || source === 'step' ? [line(seen + place, `-a '(__mlp_${source}s)'`)] : [];
  };
  return [
    `function __mlp_files; __fish_complete_path (commandline -ct) | string match -r '.*(?:\\.mlp|/)(?:\\t.*)?$'; end`,
    `function __mlp_file; for word in (commandline -opc); if string match -q '*.mlp' -- $word; echo $word; return; end; end; return 1; end`,
    `function __mlp_steps; set -l file (__mlp_file); and test -r $file; and ${NAMES} $file; end`,
    line('', '-f'),
    ...globals.map((flag) => flagLine('', flag)),
    ...commands.flatMap(({ name, summary, flags, args }) => {
      const seen = `__fish_seen_subcommand_from ${name}`;
      const [first, ...others] = args.map((argument) => sourceOf(argument.replace('...', '')));
      return [
        line(`not __fish_seen_subcommand_from ${commands.map((one) => one.name).join(' ')}`, `-a ${name}`, `-d '${summary.replace(/['\\]/g, (character) => `\\${character}`)}'`),
        ...flags.map((flag) => flagLine(seen, flag)),
        ...(first === undefined ? [] : wordLines(seen, first, args[0]?.endsWith('...') === true ? '' : '; and not __mlp_file >/dev/null')),
        ...others.flatMap((source) => wordLines(seen, source, '; and __mlp_file >/dev/null')),
      ];
    }),
    '',
  ].join('\n');
}

/** What finds the values of an argument or a flag; its own name where these are words that are known, or free. */
function sourceOf(name: string): string {
  return SOURCE_OF[name] ?? name.replace(/\W/g, '_');
}

function spellings({ short, long }: CompletedFlag): string[] {
  return [short, long].filter((one) => one !== undefined);
}

/** Words, one a line, as a shell's string. */
function ansi(list: readonly string[]): string {
  return `$'${list.join('\\n')}'`;
}
