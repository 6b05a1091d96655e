import { didYouMean } from '../../../grammar/index.ts';
import { registry } from '../../../stdlib/index.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { failure } from '../failure.ts';
import { renderCompletion, SHELLS } from '../render/render-completion.ts';

/** `mlp completion SHELL`: a script for the shell, made from the definitions of the commands. */
export const completion: RunCommand = ({ terminal, describeFlags }, { args: [name = ''] }) => {
  const shell = SHELLS.find((one) => one === name);
  if (shell === undefined) throw failure('usage', { problem: `there is no completion for \`${name}\``, hint: didYouMean(name, SHELLS) ?? `for ${SHELLS.join(', ')} there is` });
  const flags = describeFlags();
  const kinds = [...registry.values()].filter((kind) => kind.keyword !== undefined).map((kind) => kind.name);
  const words = { command: flags.commands.map((one) => one.name), kind: kinds, shell: SHELLS };
  terminal.print(renderCompletion(shell, { ...flags, words }).trimEnd());
  return Promise.resolve(EXIT.done);
};
