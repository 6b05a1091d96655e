import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../runtime/store/files.ts';
import { digestFile, digestOf } from '../../runtime/store/digest.ts';
import { newProject } from './fixtures.ts';
import { planOf } from './plans.ts';

describe('a file that changes while a step reads it', () => {
  it('fails the step, with that reason, and nothing of it is kept; once it stays, the step runs', async () => {
    const { apply, root } = await newProject();
    const path = `${root}-rows.csv`;
    await nodeFiles.write(path, 'before');
    const steps = { rows: { kind: 'slow', text: '30' }, below: { kind: 'join', inputs: ['rows'], text: 'b' }, other: { kind: 'write', text: 'o' } };
    const plan = planOf(steps);
    const roots = [{ path, digest: digestOf('before'), bytes: 6 }];
    const withRoot = { ...plan, steps: plan.steps.map((step) => (step.name === 'rows' ? { ...step, roots } : step)) };
    const digestNow = async (file: string): Promise<string> => (await digestFile(nodeFiles, file)).digest;
    const changed = await apply(steps, {
      plan: withRoot,
      digestOf: async (file) => {
        // Asked for when the step has read it.
        await nodeFiles.write(path, 'after!');
        return digestNow(file);
      },
    });
    expect(changed.states).toEqual({ rows: 'failed', below: 'skipped', other: 'ran' });
    expect(changed.summary.steps.get('rows')?.error).toMatchObject({ code: 'step-failed', message: expect.stringContaining('rows.csv` has changed since the plan was made') as string, hint: 'run `mlp apply` again' });
    await nodeFiles.write(path, 'before');
    expect((await apply(steps, { plan: withRoot, digestOf: digestNow })).states).toEqual({ rows: 'ran', below: 'ran', other: 'cached' });
  });
});
