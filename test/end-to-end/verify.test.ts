import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectFailure, newProject, projectWithPackages } from './program.ts';

const PIPELINE = `import "npm:loose-kinds"
source rows = csv("rows.csv")
table few = sql("SELECT * FROM rows WHERE id > 1")
check lucky = chance(few) { limit: 1 }
check fair = chance(few) { limit: 2 }
`;

/** A kind that promises the same bytes and breaks it, and with a variable set does not even end well. */
const KIND = `import { record, described, number } from 'mlp-engine/kinds';
const chance = {
  name: 'chance', keyword: 'check', version: 1, doc: 'Draws a number.',
  example: 'import "npm:loose-kinds"\\nsource rows = csv("rows.csv")\\ncheck lucky = chance(rows) { limit: 1 }',
  inputs: [{ name: 'table', accepts: ['table'], doc: 'The table.' }],
  params: record({ limit: described(number(), 'Nothing.', 1) }),
  seeded: false, guarantee: 'bitwise',
  infer: () => ({ type: { kind: 'check' } }),
  run: async ({ step }) => {
    if (process.env.CHANCE === 'none') throw new Error('no luck');
    const drawn = step.params.limit === 1 ? Math.random() : 0.5;
    return { outputs: { value: { type: 'check', passed: true, findings: [{ message: 'drawn', passed: true, drawn }] } } };
  },
};
export const kinds = [chance];
`;

const ROWS = { 'rows.csv': 'id,size\n1,2\n2,3\n3,4\n' };

/** Every file of a folder with its content. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]));
}

describe('mlp verify', () => {
  it('names the first difference of a step that breaks its promise, and leaves the store alone', async () => {
    const project = projectWithPackages({ 'p.mlp': PIPELINE, ...ROWS });
    project.write({ 'node_modules/loose-kinds/package.json': '{"name": "loose-kinds", "version": "1.0.0", "type": "module", "exports": "./index.js"}', 'node_modules/loose-kinds/index.js': KIND });
    const applied = await project.run(['apply', 'p.mlp', '--quiet']);
    expect(applied.code, applied.output).toBe(0);
    const before = contentOf(project.path('.mlp/store'));
    const outcome = await project.run(['verify', 'p.mlp']);
    expect(outcome.code, outcome.output).toBe(3);
    expect(outcome.stdout).toMatch(/✗ lucky {2}different on \d threads?, made on \d/);
    expect(outcome.stdout).toMatch(/^ {6}findings\[0\]\.drawn: 0\.\d+ → 0\.\d+$/m);
    expect(outcome.stdout).toMatch(/✓ fair {3}the same bytes/);
    expect(outcome.stdout).toMatch(/1 step came out differently · 3 steps came out the same/);
    const json = await project.run(['verify', 'p.mlp', 'LUCKY', 'few', '--json', '--threads', '2', '--jobs', '1']);
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toMatchObject({
      summary: { same: 1, different: 1, failed: 0, notCompared: 0, notMade: 0 },
      steps: [{ name: 'few', state: 'same', threads: 2 }, { name: 'lucky', state: 'different', differences: [{ part: 'value', place: 'findings[0].drawn' }] }],
    });
    const failed = await project.run(['verify', 'p.mlp', 'fair'], { env: { CHANCE: 'none' } });
    expectFailure(failed, 3, ['✗ fair  failed', 'error[step-failed]: `fair` failed: no luck']);
    expect(contentOf(project.path('.mlp/store'))).toEqual(before);
    expect(readdirSync(project.path('.mlp/cache')).filter((name) => name.startsWith('verify-'))).toEqual([]);
  });

  it('says what it cannot compare', async () => {
    const project = newProject({ 'p.mlp': PIPELINE.split('\n').slice(1, 3).join('\n') + '\ntable more = sql("SELECT id FROM few WHERE id > 2")', ...ROWS });
    expectFailure(await project.run(['verify', 'p.mlp']), 1, ['nothing of `p` has been made', '`mlp apply p.mlp`']);
    await project.run(['apply', 'p.mlp', '--target', 'rows', '--quiet']);
    const partly = await project.run(['verify', 'p.mlp']);
    expect(partly.code).toBe(0);
    expect(partly.stdout).toMatch(/- more {2}not made yet[^]*1 step came out the same, byte for byte · 1 not made yet/);
    expectFailure(await project.run(['verify', 'p.mlp', 'more']), 1, ['`more` has not been made yet', 'mlp apply p.mlp --target more']);
    expectFailure(await project.run(['verify', 'p.mlp', 'moer']), 1, ['did you mean `more`?']);
    await project.run(['apply', 'p.mlp', '--quiet']);
    expectFailure(await project.run(['verify', 'p.mlp', 'few']), 1, ['`few` runs inside `more`', '`mlp verify p.mlp more`']);
    expectFailure(await project.run(['verify', 'p.mlp', '--jobs', '0']), 1, ['`--jobs` takes a whole number from 1']);
    rmSync(project.path('rows.csv'));
    expectFailure(await project.run(['verify', 'p.mlp']), 1, ['rows.csv']);
  });
});
