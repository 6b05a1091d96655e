import { entry } from './entry.ts';
import { listed } from './listed.ts';

/** What the compiler finds in the ways in which a pipeline is put together: params, variables, imports, packages, loops. */
export const composing = {
  'variable-name': entry<{ call: string }>({
    severity: 'error',
    message: ({ call }) => `\`${call}\` takes the name of a variable of the environment`,
    hint: ({ call }) => `as in \`${call}("HOME")\``,
  }),
  'variable-missing': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `the environment has no variable \`${name}\``,
    hint: ({ name }) => `set it, as in \`${name}=… mlp plan …\`, or make it a \`param\` with a default`,
  }),
  'secret-not-credential': entry<object>({
    severity: 'error',
    message: () => 'only a parameter that is a credential takes a secret: anywhere else it would be written down',
    hint: () => 'for what may be seen by all use `env("NAME")` or a `param`',
  }),
  'credential-expected': entry<object>({
    severity: 'error',
    message: () => 'a credential is never written into a pipeline',
    hint: () => 'put it into a variable of the environment, and write `secret("NAME")`',
  }),
  'import-without-names': entry<{ path: string }>({
    severity: 'error',
    message: () => 'this import says no names, so it brings in nothing',
    hint: ({ path }) => `write \`import { legs } from "${path}"\`; a package of kinds is \`import "npm:name"\``,
  }),
  'import-names-of-package': entry<{ name: string; from: string }>({
    severity: 'error',
    message: ({ from }) => `\`${from}\` is a package of kinds, and all of them come with it`,
    hint: ({ from }) => `write \`import "${from}"\``,
  }),
  'import-cycle': entry<{ chain: readonly string[] }>({
    severity: 'error',
    message: ({ chain }) => (chain.length === 2 ? `\`${chain[0]}\` imports itself` : `these files import each other: ${chain.join(' → ')}`),
    hint: () => 'move what both need into a file of its own',
  }),
  'unknown-import': entry<{ name: string; file: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name, file }) => `\`${file}\` declares no \`${name}\``,
    hint: ({ known, suggestion }) => suggestion ?? (known.length === 0 ? 'it declares nothing' : `it declares ${listed(known, 12)}`),
  }),
  'package-without-kinds': entry<{ package: string }>({
    severity: 'error',
    message: ({ package: name }) => `the package \`${name}\` exports no kinds`,
    hint: () => 'a package of kinds has the export `kinds`, a list of them: see docs/kinds.md',
  }),
  'bad-kind': entry<{ package: string; kind: string; problem: string }>({
    severity: 'error',
    message: ({ package: name, kind, problem }) => `the kind ${kind} of the package \`${name}\` cannot be used: ${problem}`,
    hint: () => 'this is for the author of the package to mend; docs/kinds.md says what a kind is',
  }),
  'kind-taken': entry<{ package: string; kind: string; by: string | undefined }>({
    severity: 'error',
    message: ({ package: name, kind, by }) =>
      `the package \`${name}\` has a kind \`${kind}\`, and so has ${by === undefined ? 'the standard library' : by === name ? 'the same package once more' : `the package \`${by}\``}`,
    hint: () => 'one of the two needs another name',
  }),
  'kind-failed': entry<{ kind: string; package: string; problem: string }>({
    severity: 'error',
    message: ({ kind, package: name, problem }) => `the kind \`${kind}\` of the package \`${name}\` failed: ${problem}`,
    hint: () => 'this is for the author of the package to mend',
  }),
  'not-in-loop': entry<{ construct: string }>({
    severity: 'error',
    message: ({ construct }) => `\`${construct}\` cannot stand in a loop`,
    hint: () => 'move it out: a loop holds declarations, tests and further loops',
  }),
  'empty-loop': entry<{ variable: string }>({
    severity: 'error',
    message: ({ variable }) => `the list is empty, so there is nothing for \`${variable}\` to be`,
    hint: () => 'a loop needs at least one value',
  }),
  'duplicate-round': entry<{ key: string; first: string }>({
    severity: 'error',
    message: ({ key, first }) => (key === first ? `\`${key}\` is in the list twice` : `\`${key}\` and \`${first}\` differ in case only, which names do not see`),
    hint: () => 'each value makes declarations of its own, so no two may be the same',
  }),
  'not-a-list': entry<{ what: string }>({
    severity: 'error',
    message: ({ what }) => `a loop goes over a list, and ${what} is none`,
    hint: () => 'write `for region in ["eu", "us"] { … }`, or name a param that is a list',
  }),
  'unknown-round': entry<{ name: string; key: string; keys: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name, key }) => `\`${name}\` has no member \`${key}\``,
    hint: ({ keys, suggestion }) => suggestion ?? `its members are ${listed(keys, 12)}`,
  }),
  'collection-whole': entry<{ name: string; member: string; all?: string }>({
    severity: 'error',
    message: ({ name }) => `\`${name}\` was made by a loop: it is not one value but several`,
    hint: ({ member, all }) => `write \`${member}\` for one of them${all === undefined ? '' : `, \`${all}\` for all`}`,
  }),
  'collected-input': entry<{ kind: string; wanted: string; member: string }>({
    severity: 'error',
    message: ({ kind, wanted }) => `\`${kind}\` takes ${wanted} here, and \`[*]\` stands for several`,
    hint: ({ member }) => `name one of them: \`${member}\``,
  }),
  'collection-in-sql': entry<{ name: string; members: readonly string[] }>({
    severity: 'error',
    message: ({ name }) => `\`${name}\` was made by a loop: it is not one table but several`,
    hint: ({ members }) => `name one of them in quotes: ${listed(members.map((one) => `"${one}"`), 6)}`,
  }),
};
