import { entry } from './entry.ts';
import { listed } from './listed.ts';

/** What the compiler finds in models that are made of others. */
export const ensembles = {
  'members-of-splits': entry<{ member: string; split: string; first: string; other: string }>({
    severity: 'error',
    message: ({ member, split, first, other }) => `\`${member}\` was trained on \`${split}\` and \`${first}\` on \`${other}\`: they cannot be combined, and one may have seen what the other is judged by`,
    hint: ({ other }) => `train them on one split: \`${other}\` may be prepared in as many ways as you like`,
  }),
  'member-twice': entry<{ name: string; member: string }>({
    severity: 'error',
    message: ({ name, member }) => `\`${member}\` is in \`${name}\` twice`,
    hint: ({ member }) => `give it more weight in a \`vote\`, or make several of it with other random numbers: \`seeds(${member})\``,
  }),
  'one-member': entry<{ name: string; member: string }>({
    severity: 'error',
    message: ({ name, member }) => `\`${name}\` is of one model alone, and would say what \`${member}\` says`,
    hint: ({ member }) => `name two models or more; several of one are \`bag(${member})\` or \`seeds(${member})\``,
  }),
  'repeated-ensemble': entry<{ kind: string; member: string }>({
    severity: 'error',
    message: ({ kind, member }) => `\`${kind}\` fits a model several times, and \`${member}\` is made of others`,
    hint: ({ kind, member }) => `take \`${kind}\` of what it is made of, and make \`${member}\` of that`,
  }),
  'voting-unfit': entry<{ voting: string; task: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ voting, task }) => `\`voting: ${voting}\` is not for ${task} tasks`,
    hint: ({ known }) => `these are: ${listed(known)}`,
  }),
  'weights-of-members': entry<{ given: number; models: number }>({
    severity: 'error',
    message: ({ given, models }) => (given === models ? 'every weight is 0: no model would count' : `${given === 1 ? '1 weight is' : `${given} weights are`} given for ${models} models`),
    hint: ({ given, models }) => (given === models ? 'give one of them more' : 'give one for each model, in their order'),
  }),
  'stack-of-time': entry<{ name: string; split: string }>({
    severity: 'error',
    message: ({ split }) => `\`${split}\` cuts by time, and a stack learns from folds of the training rows: most would be predicted by models that know what came later`,
    hint: () => 'let the models vote, with weights found on the rows after: `vote(…) { weights: validate }`',
  }),
  'meta-column': entry<{ key: string; column: string }>({
    severity: 'error',
    message: ({ key, column }) => `\`${key}\` names the column \`${column}\`, and a meta model sees the members' predictions`,
    hint: ({ key }) => `take \`${key}\` out`,
  }),
  'passed-sets': entry<{ sets: readonly string[] }>({
    severity: 'error',
    message: ({ sets }) => `the members look at different features, ${sets.map((set) => `\`${set}\``).join(' and ')}: which of them to pass through is not clear`,
    hint: () => 'leave `pass_through` out, or train the members on one set of features',
  }),
  'same-seeds': entry<{ kind: string; member: string }>({
    severity: 'error',
    message: ({ kind, member }) => `\`${member}\` is a model of \`${kind}\`, in which nothing is random: with any seed it is the same`,
    hint: ({ member }) => `vary its rows instead: \`bag(${member})\``,
  }),
};
