import type { RunCommand } from '../command.ts';
import { failure } from '../failure.ts';

/** What can be done to a store; each is loaded when it is asked for. */
const ACTIONS: Readonly<Record<string, () => Promise<RunCommand>>> = {
  fsck: async () => (await import('./store-fsck.ts')).storeFsck,
  gc: async () => (await import('./store-gc.ts')).storeGc,
  du: async () => (await import('./store-du.ts')).storeDu,
};

/** The options that belong to each. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = { fsck: ['mend'], gc: ['delete', 'keepRuns', 'newerThan', 'forget'], du: [] };

/** `mlp store fsck|gc|du` */
export const store: RunCommand = async (context, given) => {
  const [action = ''] = given.args;
  const load = ACTIONS[action];
  if (load === undefined) throw failure('usage', { problem: `\`mlp store\` does \`fsck\`, \`gc\` or \`du\`, not \`${action}\``, hint: 'fsck checks what is there, gc removes what nothing keeps, du says what takes the room' });
  const other = Object.keys(given.options).find((name) => OPTIONS[action]?.includes(name) !== true);
  if (other !== undefined) throw failure('usage', { problem: `\`mlp store ${action}\` has no \`--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}\``, hint: `\`mlp store ${Object.keys(OPTIONS).find((name) => OPTIONS[name]?.includes(other)) ?? ''}\` has it` });
  return (await load())(context, given);
};
