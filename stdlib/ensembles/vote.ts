import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { described, either, list, number, record, word } from '../../compiler/kinds/schema.ts';
import type { ModelArtifact } from '../../compiler/plan/artifact.ts';
import type { Task } from '../../compiler/types.ts';
import { readScores } from '../models/scored-model.ts';
import { exampleOnPenguins } from '../example.ts';
import type { Combination } from './combine.ts';
import { combinedResult, membersOf } from './ensemble-result.ts';
import { findWeights } from './find-weights.ts';
import { ensembleType, featureInputs, featurePlaces, inferMembers } from './infer-ensemble.ts';

/** Several models that decide together. */
export const vote: Kind = {
  name: 'vote',
  keyword: 'model',
  version: 1,
  doc: `Several models of one split that decide together, as scikit-learn’s VotingClassifier and VotingRegressor; the members are fitted once, as they are declared. Of classes, \`soft\` is the weighted mean of the probabilities, and \`hard\` the weighted share of the models that decide for each class. Of numbers, \`mean\` is the weighted mean, and \`median\` the middle one. \`weights: validate\` finds weights, not negative and 1 together, whose mean has the least log loss, or squared error, on the validation part (a convex problem, solved to its minimum; of numbers, the stacked regressions of Breiman, 1996): that part has then chosen the model. Exported as JSON it has \`how\` predictions are combined, with the \`weights\` and, of hard votes, the \`thresholds\`; the members are exported under their own names.`,
  example: exampleOnPenguins(`model trees = xgboost(x) { rounds: 50 }
model lines = logistic(x)
model both = vote(trees, lines) { weights: [2, 1] }`),
  inputs: [{ name: 'model', accepts: ['model'], many: true, doc: 'Two models or more, of one split.' }],
  params: record({
    voting: described(word('soft', 'hard', 'mean', 'median'), 'How they decide: by default `soft` of classes, `mean` of numbers.'),
    weights: described(either(list(number({ min: 0 }), { min: 1 }), word('validate')), 'How much each model counts, in their order, or `validate` to find that on the validation part; by default all the same.'),
  }),
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: inferVote,
  run: runVote,
};

type Voting = 'soft' | 'hard' | 'mean' | 'median';

const VOTINGS: Readonly<Record<Task, readonly Voting[]>> = { binary: ['soft', 'hard'], multiclass: ['soft', 'hard'], regression: ['mean', 'median'], ranking: ['mean', 'median'] };

interface VoteParams {
  readonly voting: Voting;
  readonly weights?: readonly number[] | 'validate';
}

function inferVote(context: InferContext): Inferred | undefined {
  const members = inferMembers(context);
  if (members === undefined) return undefined;
  const { params, report, spanOf } = context;
  const [{ task }] = members;
  const [usual = 'soft'] = VOTINGS[task];
  const { voting = usual, weights } = params as unknown as Partial<VoteParams>;
  if (!VOTINGS[task].includes(voting)) {
    report('voting-unfit', spanOf(['voting']), { voting, task, known: VOTINGS[task] });
    return undefined;
  }
  if (weights !== undefined && (voting === 'median' || (voting === 'hard' && weights === 'validate'))) {
    report('not-together', spanOf(['weights'], 'key'), { one: 'weights', other: `voting: ${voting}`, why: voting === 'median' ? 'a median has no weights: take `mean`, or leave them out' : 'weights are found for probabilities: take `soft`, or write the weights' });
    return undefined;
  }
  if (weights === 'validate' && task === 'ranking') {
    report('not-together', spanOf(['weights'], 'key'), { one: 'weights: validate', other: 'task: ranking', why: 'weights are found by the error of what is predicted, and scores that rank have no unit: write the weights' });
    return undefined;
  }
  if (typeof weights === 'object' && (weights.length !== members.length || !weights.some((weight) => weight > 0))) {
    report('weights-of-members', spanOf(['weights']), { given: weights.length, models: members.length });
    return undefined;
  }
  const type = ensembleType(context, members, weights === 'validate');
  return { type, more: featureInputs(type), params: { voting, ...(weights === undefined ? {} : { weights }), features: featurePlaces(members) } };
}

async function runVote(context: RunContext): Promise<RunResult> {
  const { voting, weights = [] } = context.step.params as unknown as VoteParams;
  const members = membersOf(context);
  const found = weights === 'validate' ? findWeights(await Promise.all(members.map((member) => readScores(context, member, 'validate')))) : members.map((_, index) => weights[index] ?? 1);
  const recipe: Combination = recipeOf(voting, found, members);
  const total = found.reduce((sum, weight) => sum + weight, 0);
  const about = voting === 'median' ? [] : found.map((weight) => ({ weight: weight / total }));
  return combinedResult(context, members, { recipe, about, summary: { voting } });
}

function recipeOf(voting: Voting, weights: readonly number[], members: readonly ModelArtifact[]): Combination {
  if (voting === 'median') return { how: 'median' };
  return voting === 'hard' ? { how: 'hard', weights, thresholds: members.map(({ threshold }) => threshold ?? null) } : { how: 'mean', weights };
}
