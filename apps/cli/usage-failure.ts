import type { CommanderError } from 'commander';
import { didYouMean } from '../../grammar/diagnostics/index.ts';
import type { CommandSpec } from './command.ts';
import { commands } from './commands.ts';
import { failure, type Failure } from './failure.ts';

/** What commander found wrong with a command line, in the user's terms, with the way out. */
export function usageFailure(error: CommanderError, argv: readonly string[]): Failure {
  const { problem, hint } = describe(error, argv);
  return failure('usage', { problem, hint: hint ?? '`mlp help` lists the commands, `mlp help COMMAND` what one takes' });
}

interface Described {
  readonly problem: string;
  readonly hint?: string | undefined;
}

function describe({ code, message }: CommanderError, argv: readonly string[]): Described {
  const command = commands.find(({ name }) => argv.includes(name));
  const quoted = message.replace(/^error: /, '').replaceAll("'", '`');
  const [problem = quoted] = quoted.split('\n');
  const [, suggestion] = /\(Did you mean (?:one of )?([^?]*)\?\)/.exec(quoted) ?? [];
  if (suggestion !== undefined) return { problem, hint: `did you mean ${suggestion.split(', ').map((name) => `\`${name}\``).join(' or ')}?` };
  switch (code) {
    case 'commander.help': {
      // Asked for help on what is no command, or for nothing but flags.
      const name = argv.find((one) => one !== 'help' && !one.startsWith('-'));
      return name === undefined ? { problem: 'no command is given' } : { problem: `unknown command \`${name}\``, hint: didYouMean(name, commands.map((one) => one.name)) };
    }
    case 'commander.missingArgument':
      return command === undefined ? { problem } : { problem: `\`mlp ${command.name}\` needs ${argumentsOf(command)}`, hint: example(command) };
    case 'commander.excessArguments':
      return command === undefined ? { problem } : { problem: `\`mlp ${command.name}\` takes ${argumentsOf(command)}, and no more: ${problem.replace(/^.*\. |\.$/g, '').replace('Expected', 'expected')}`, hint: example(command) };
    case 'commander.unknownOption':
      return { problem, hint: ownersOf(/`(--?[\w-]+)/.exec(problem)?.[1] ?? '') };
    default:
      return { problem };
  }
}

/** `FILE STEP` of `<file> <step>`. */
function argumentsOf({ args }: CommandSpec): string {
  if (args === '') return 'no argument';
  return args
    .split(' ')
    .map((one) => one.replace('...', '…').replace(/[<>]/g, '').toUpperCase().replace(/S…/, '…'))
    .join(' ');
}

function example({ examples }: CommandSpec): string | undefined {
  return examples[0] === undefined ? undefined : `as in \`${examples[0]}\``;
}

/** The commands that know an option which this one does not. */
function ownersOf(option: string): string | undefined {
  const owners = commands.filter(({ options }) => options.some(([flags]) => flags.split(/[ ,]+/).includes(option)));
  return owners.length === 0 ? undefined : `\`${option}\` is an option of ${owners.map(({ name }) => `\`mlp ${name}\``).join(' and ')}`;
}
