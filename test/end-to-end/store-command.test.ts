import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestsOf, expectFailure, newProject, type Outcome } from './program.ts';
import { filesBelow } from './store-health.ts';

const PIPELINE = `source rows = csv("data.csv")
table sums = sql("SELECT id % 5 AS k, sum(a) * 2 AS s FROM rows GROUP BY k")
table most = sql("SELECT k % 2 AS odd, max(s) AS s FROM sums GROUP BY odd")
`;
const DATA = 'id,a\n' + Array.from({ length: 100 }, (_, i) => `${i},${(i * 13) % 7}`).join('\n') + '\n';

describe('mlp store', () => {
  const project = newProject({ 'p.mlp': PIPELINE, 'data.csv': DATA });
  const json = ({ stdout }: Outcome): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
  const store = (...args: readonly string[]): Promise<Outcome> => project.run(['store', ...args]);
  let first: Outcome;

  beforeAll(async () => {
    first = await project.run(['apply', 'p.mlp', '--json', '--label', 'first']);
    project.write({ 'p.mlp': PIPELINE.replace('sum(a) * 2', 'sum(a) * 3') });
    expect((await project.run(['apply', 'p.mlp'])).code).toBe(0);
  });

  it('fsck finds a whole store whole', async () => {
    const outcome = await store('fsck');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toContain('the store is whole');
    expect(json(await store('fsck', '--json'))).toMatchObject({ records: 5, runs: 2, faults: [], again: [], moved: [] });
  });

  it('du tells steps and runs apart', async () => {
    const { pipelines, garbage } = json(await store('du', '--json')) as { readonly pipelines: readonly { readonly steps: readonly object[]; readonly runs: readonly object[] }[]; readonly garbage: object };
    expect(garbage).toEqual({ count: 0, bytes: 0 });
    expect(pipelines[0]?.steps).toHaveLength(3);
    expect(pipelines[0]?.runs).toMatchObject([{}, { label: 'first' }]);
    expect((await store('du')).stdout).toMatch(/sums +[\d.]+ k?B/);
  });

  it('gc says what would go, and removes it when told; a label keeps; history stays', async () => {
    expect((await store('gc')).stdout).toContain('there is nothing else to remove');
    const planned = await store('gc', '--forget', 'first');
    expect(planned.stdout).toMatch(/would be removed: \d+ objects of 2 older results/);
    expect(planned.stdout).toContain('mlp store gc --delete');
    expect(json(await store('gc', '--forget', 'first', '--delete', '--json'))).toMatchObject({ deleted: true, records: 2, kept: { runs: 1, records: 3 } });
    expect((await project.run(['plan', 'p.mlp', '--exit-code'])).code).toBe(0);
    const runs = json(await project.run(['runs', 'p.mlp', '--json'])) as { readonly runs: readonly object[] };
    expect(runs.runs).toMatchObject([{}, { label: 'first' }]);
    const diff = await project.run(['diff', 'p.mlp', 'first', 'latest']);
    expect(diff.stdout).toContain('column sums.s changed');
    // Both values of each part, although the records of one run were collected.
    const { steps } = json(await project.run(['diff', 'p.mlp', 'first', 'latest', '--json'])) as { readonly steps: readonly { readonly name: string; readonly reasons: readonly object[] }[] };
    expect(steps.find(({ name }) => name === 'sums')?.reasons).toMatchObject([{ part: 'sql', before: expect.stringContaining('* 2') as string, after: expect.stringContaining('* 3') as string }]);
    expect(steps.find(({ name }) => name === 'most')?.reasons).toMatchObject([{ part: 'column:sums.s', before: expect.any(String) as string, after: expect.any(String) as string }]);
    project.write({ 'p.mlp': PIPELINE });
    const again = await project.run(['apply', 'p.mlp', '--json']);
    expect(digestsOf(again)).toEqual(digestsOf(first));
  });

  it('fsck names damage with 5, `--mend` moves it aside, and the next apply makes it again', async () => {
    // The largest is the source's, which every run reads.
    const [path = ''] = filesBelow(project.path('.mlp/store/objects')).sort((one, other) => statSync(other).size - statSync(one).size);
    const bytes = readFileSync(path);
    chmodSync(path, 0o644);
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    const found = await store('fsck');
    expectFailure(found, 5, [path.slice(project.path('.mlp/store/').length), 'mlp store fsck --mend', /the next `mlp apply` makes again: \w+ of p/]);
    expectFailure(await store('fsck', '--mend'), 5, ['1 file moved to the folder damaged']);
    expect((await store('fsck')).code).toBe(0);
    const again = await project.run(['apply', 'p.mlp', '--json']);
    expect(digestsOf(again)).toEqual(digestsOf(first));
    expect((await store('fsck', '--json')).code).toBe(0);
  });

  it('that is not there, or is none, is told', async () => {
    expect((await store('fsck', '--store', 'nowhere')).code).toBe(0);
    expect(json(await store('du', '--store', 'nowhere', '--json'))).toMatchObject({ objects: { count: 0 } });
    expectFailure(await store('gc', '--store', '.'), 1, ['is not a store']);
    expectFailure(await store('purge'), 1, ['`fsck`, `gc` or `du`']);
    expectFailure(await store('fsck', '--delete'), 1, ['`mlp store fsck` has no `--delete`', '`mlp store gc` has it']);
    expectFailure(await store('gc', '--newer-than', 'soon'), 1, ['takes an age', '`30d`']);
    expectFailure(await store('gc', '--forget', 'fisrt'), 1, ['no pipeline or label of this store is called `fisrt`', '`first`']);
  });
});
