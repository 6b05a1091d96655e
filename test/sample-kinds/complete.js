import { StepError, described, record, secret, share } from 'mlp-engine/kinds';

/** @type {import('mlp-engine/kinds').Kind} */
export const complete = {
  name: 'complete',
  keyword: 'check',
  version: 1,
  doc: 'Expects few missing values in every column of a table.',
  example: `import "npm:sample-kinds"
source birds = json("npm:vega-datasets/data/penguins.json")
check whole = complete(birds) { at_most: 5% }`,
  inputs: [{ name: 'table', accepts: ['table'], doc: 'The table.' }],
  params: record({
    at_most: described(share(), 'The share of values that may be missing.', 0),
    token: described(secret(), 'For a service that is told of it.'),
  }),
  seeded: false,
  guarantee: 'bitwise',
  infer: () => ({ type: { kind: 'check' } }),
  run: async (context) => {
    const artifact = context.inputs[0]?.artifact;
    if (artifact?.type !== 'table') throw new Error('the input is no table');
    if (artifact.rows === 0) throw new StepError('the table has no rows', 'nothing can be missing in it');
    const { at_most: limit, token } = context.step.params;
    const findings = artifact.columns.map(({ name, nulls }) => ({
      message: `${name}: ${((100 * nulls) / artifact.rows).toFixed(1)}% missing`,
      passed: nulls / artifact.rows <= Number(limit),
    }));
    const told = token === undefined ? [] : [`told the service, as ${context.secret(token)}`];
    return { outputs: { value: { type: 'check', passed: findings.every(({ passed }) => passed), findings } }, warnings: told };
  },
};
