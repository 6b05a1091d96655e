import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { CommandSpec, Given } from './command.ts';
import { commands, laterCommands } from './commands.ts';
import { failure } from './failure.ts';
import type { CompletedFlag, Completions } from './render/render-completion.ts';
import type { Terminal } from './terminal.ts';
import { usageFailure } from './usage-failure.ts';

/** What was asked for on a command line. */
export interface Invocation {
  readonly spec: CommandSpec;
  readonly given: Given;
  /** The flags that every command takes, as parsed. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** Help is no wider, however wide the terminal, and descriptions are wrapped down to the other width. */
const WIDEST = 96;
const NARROWEST = 12;

/** Parses a command line. `undefined`: it asked for help, which was printed. Throws a `Failure` for what is wrong. */
export function parseArguments(argv: readonly string[], terminal: Pick<Terminal, 'print' | 'view'>): Invocation | undefined {
  const state: { invocation?: Invocation } = {};
  const program = describeProgram(terminal);
  for (const spec of commands) {
    const command = program.command(spec.name).summary(spec.summary).description(sentence(spec.summary));
    for (const argument of spec.args.split(' ').filter((one) => one !== '')) command.argument(argument.toLowerCase());
    for (const [flags, description] of spec.options) command.option(flags, description);
    command.addHelpText('after', examples(spec.examples));
    command.action(() => {
      state.invocation = { spec, given: { args: command.args, options: command.opts() }, globals: program.opts() };
    });
  }
  for (const name of laterCommands) {
    const command = program.command(name, { hidden: true }).allowUnknownOption().allowExcessArguments().helpOption(false);
    command.action(() => {
      throw failure('not-in-this-version', { construct: `mlp ${name}` });
    });
  }
  try {
    if (argv.length === 0) program.help();
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageFailure(error, argv);
  }
  if (state.invocation !== undefined) checkOrder(state.invocation);
  return state.invocation;
}

/** The commands with their arguments and flags, for completion. */
export function describeFlags(): Omit<Completions, 'words'> {
  const flagOf = ({ short, long, flags }: Option): CompletedFlag => ({ short, long, value: /<([^>]+)>/.exec(flags)?.[1] });
  const help = new Option('-h, --help');
  return {
    globals: [...describeProgram().options, help].map(flagOf),
    commands: commands.map(({ name, summary, options, args }) => ({
      ...{ name, summary },
      flags: options.map(([flags, description]) => flagOf(new Option(flags, description))),
      args: args.split(' ').flatMap((one) => (one === '' ? [] : [one.replace(/[<>[\]]/g, '')])),
    })),
  };
}

/** The pipeline's file comes first in every command that takes one. */
function checkOrder({ spec, given: { args } }: Invocation): void {
  const file = args.find((one) => one.endsWith('.mlp'));
  if (file === undefined || args[0]?.endsWith('.mlp') === true || !spec.args.startsWith('<file> ')) return;
  const ordered = [file, ...args.filter((one) => one !== file)];
  throw failure('usage', { problem: `\`${args[0] ?? ''}\` stands where the pipeline's file is wanted`, hint: `the file comes first: \`mlp ${spec.name} ${ordered.join(' ')}\`` });
}

function describeProgram(terminal?: Pick<Terminal, 'print' | 'view'>): Command {
  const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];
  return new Command('mlp')
    .description('Machine-learning pipelines: write a .mlp file, look at the plan, apply it.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .option('--json', 'output for programs')
    .option('--store <dir>', "where results are kept (.mlp/store in the project's folder)")
    .option('--param <name=value>', 'set a param of the pipeline; repeatable', collect)
    .option('--target <name>', 'only this step and what it needs; repeatable', collect)
    .option('-C <dir>', 'work in this folder')
    .option('-q, --quiet', 'say only what is wrong, and what was asked for')
    .option('--debug', 'show stack traces')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: NARROWEST, subcommandTerm: (command) => `${command.name()} ${usageOf(command)}`.trim() })
    .configureOutput({
      writeOut: (text) => terminal?.print(text.replace(/\n$/, '')),
      // Errors are thrown as failures and rendered in one place.
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(terminal?.view().width ?? WIDEST, WIDEST),
      getOutHasColors: () => false,
    })
    .addHelpText('after', examples(['mlp plan pipelines/flights.mlp', 'mlp apply pipelines/flights.mlp', 'mlp show pipelines/flights.mlp scores']))
    .showSuggestionAfterError()
    .exitOverride();
}

/** `<file> <step>` as the reference writes it: `FILE STEP`. */
function usageOf(command: Command): string {
  return command.registeredArguments
    .map((argument) => {
      const name = argument.name().toUpperCase().replace(/S$/, argument.variadic ? '' : 'S') + (argument.variadic ? '…' : '');
      return argument.required ? name : `[${name}]`;
    })
    .join(' ');
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
