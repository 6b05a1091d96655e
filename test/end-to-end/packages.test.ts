import { appendFileSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, eventsOf, expectFailure, newProject, projectWithPackages, statesOf, type Project } from './program.ts';

const PIPELINE = `import "npm:sample-kinds"
source birds = csv("birds.csv")
check whole = complete(birds) { at_most: 40% }
table names = sql("SELECT name FROM birds")
`;

/** A project that has installed the sample package, as npm would. */
function projectWithKinds(pipeline: string): Project {
  const project = projectWithPackages({ 'p.mlp': pipeline, 'birds.csv': 'name,mass\na,1\nb,\nc,3\n' });
  cpSync(join(CHECKOUT, 'test/sample-kinds'), project.path('node_modules/sample-kinds'), { recursive: true });
  return project;
}

describe('a package of kinds', () => {
  it('runs, is cached, and runs again when any file of its code has changed', async () => {
    const project = projectWithKinds(PIPELINE);
    expect(statesOf(await project.run(['apply', 'p.mlp', '--json']))).toEqual({ birds: 'ran', whole: 'ran', names: 'ran' });
    expect(statesOf(await project.run(['apply', 'p.mlp', '--json']))).toEqual({ birds: 'cached', whole: 'cached', names: 'cached' });
    await project.run(['plan', 'p.mlp', '-o', 'p.plan']);
    appendFileSync(project.path('node_modules/sample-kinds/complete.js'), '// changed\n');
    expectFailure(await project.run(['apply', 'p.plan']), 4, [/one thing has changed since it was saved\n {2}package sample-kinds [0-9a-f]{8}… → [0-9a-f]{8}…\n/]);
    expect(statesOf(await project.run(['apply', 'p.mlp', '--json']))).toEqual({ birds: 'cached', whole: 'ran', names: 'cached' });
  });

  it('has parameters that are checked as those of the standard library are', async () => {
    const project = projectWithKinds(PIPELINE.replace('at_most', 'at_mots'));
    expectFailure(await project.run(['check', 'p.mlp']), 1, ['unknown-key', 'did you mean `at_most`?']);
  });

  it('that is not installed says what to type', async () => {
    const project = newProject({ 'p.mlp': PIPELINE });
    expectFailure(await project.run(['check', 'p.mlp']), 1, ['the package `sample-kinds` is not installed', 'npm install sample-kinds']);
  });

  it('that cannot be loaded says why', async () => {
    const project = projectWithKinds(PIPELINE);
    project.write({ 'node_modules/sample-kinds/index.js': 'export const kinds = [' });
    expectFailure(await project.run(['check', 'p.mlp']), 1, ['the package `sample-kinds` cannot be loaded']);
    project.write({ 'node_modules/sample-kinds/index.js': 'export const other = []' });
    expectFailure(await project.run(['check', 'p.mlp']), 1, ['package-without-kinds']);
  });
});

describe('a credential', () => {
  const secretive = PIPELINE.replace('at_most: 40%', 'at_most: 40%, token: secret("TOKEN")');
  const token = 'hunter2 "and" more';

  it('reaches the step, and nothing else', async () => {
    const project = projectWithKinds(secretive);
    const outcome = await project.run(['apply', 'p.mlp', '--json'], { env: { TOKEN: token } });
    const end = eventsOf(outcome).find((event) => event.event === 'step-end' && event.name === 'whole');
    expect(end).toMatchObject({ state: 'ran', warnings: ['told the service, as [secret TOKEN]'] });
    expect(outcome.output).not.toContain('hunter2');
    await project.run(['plan', 'p.mlp', '-o', '.mlp/p.plan'], { env: { TOKEN: token } });
    for (const file of readdirSync(project.path('.mlp'), { recursive: true, withFileTypes: true })) {
      if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes('hunter2')).toBe(false);
    }
  });

  it('that the environment lacks fails the step that needs it, and no other', async () => {
    const project = projectWithKinds(secretive);
    const outcome = await project.run(['apply', 'p.mlp', '--json']);
    expect(outcome.code).toBe(3);
    expect(statesOf(outcome)).toMatchObject({ birds: 'ran', whole: 'failed' });
    expect(outcome.output).toContain('the environment has no `TOKEN`');
  });
});
