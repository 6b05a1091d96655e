import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { savedPlanSchema } from '../../compiler/plan/plan-schema.ts';
import { openStore } from '../../runtime/store/store.ts';
import { strip, withUpkeep } from '../../runtime/store/upkeep/collect-store.ts';
import { listRecords } from '../../runtime/store/upkeep/list-store.ts';
import { expectFailure, newProject, statesOf, type Project } from './program.ts';

const DATA = ['id,size', ...Array.from({ length: 50 }, (_, id) => `${id},${(id * 7) % 11}`)].join('\n');
const PIPELINE = `param least: int = 3
source rows = csv("data/rows.csv")
table large = sql("SELECT size, min(id) AS id FROM rows WHERE size >= \${least} GROUP BY size")
table few = sql("SELECT count(*) AS n FROM large WHERE id > 10")
`;

function newCheckout(): Project {
  return newProject({ 'data/rows.csv': DATA, 'sub/p.mlp': PIPELINE.replace('data/rows.csv', '../data/rows.csv') });
}

const FILE = 'sub/p.mlp';

describe('a saved plan', () => {
  let project: Project;
  beforeAll(() => {
    project = newCheckout();
  });

  it('is applied where nothing has changed, from any folder of the project, and again', async () => {
    const saved = await project.run(['plan', FILE, '--param', 'least=5', '-o', 'one.plan']);
    expect(saved.code, saved.output).toBe(0);
    expect(saved.stdout).toMatch(/Saved to one\.plan: `mlp apply one\.plan`/);
    const inside = await project.run(['-C', 'sub', 'apply', '../one.plan', '--json']);
    expect(inside.code, inside.output).toBe(0);
    expect(statesOf(inside)).toEqual({ rows: 'ran', large: 'ran', few: 'ran' });
    const again = await project.run(['apply', 'one.plan', '--json']);
    expect(statesOf(again)).toEqual({ rows: 'cached', large: 'cached', few: 'cached' });
  });

  it('is what its schema says, before a run and after one', async () => {
    const validate = new Ajv({ allowUnionTypes: true }).compile(savedPlanSchema);
    await project.run(['plan', FILE, '--param', 'least=6', '-o', 'after.plan']);
    for (const name of ['one.plan', 'after.plan']) expect(validate(JSON.parse(readFileSync(project.path(name), 'utf8'))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('is shown as it was saved', async () => {
    const shown = await project.run(['plan', 'one.plan', '--exit-code']);
    expect(shown.code, shown.output).toBe(2);
    expect(shown.stdout).toMatch(/^one\.plan is a plan of sub\/p\.mlp, saved by mlp \d/);
    const { steps } = JSON.parse((await project.run(['plan', 'one.plan', '--json'])).stdout) as { steps: { name: string; state: string }[] };
    expect(steps.map(({ name, state }) => [name, state])).toEqual([['rows', 'run'], ['large', 'run'], ['few', 'run']]);
    expectFailure(await project.run(['plan', 'one.plan', '-o', 'other.plan']), 1, ['`one.plan` is a saved plan already', '`mlp plan sub/p.mlp -o other.plan` makes a new one']);
    expectFailure(await project.run(['plan', 'one.plan', '--param', 'least=6']), 1, ['cannot change a saved plan']);
  });

  it('is applied in another checkout of the same content', async () => {
    const other = newCheckout();
    cpSync(project.path('one.plan'), other.path('elsewhere.plan'));
    const outcome = await other.run(['apply', 'elsewhere.plan', '--json']);
    expect(outcome.code, outcome.output).toBe(0);
    expect(statesOf(outcome)).toEqual({ rows: 'ran', large: 'ran', few: 'ran' });
  });

  it('is not applied when something has changed: exit 4 with old and new, and nothing is run', async () => {
    await project.run(['plan', FILE, '-o', 'two.plan', '--quiet']);
    project.write({ 'data/rows.csv': `${DATA}\n50,3`, [FILE]: readFileSync(project.path(FILE), 'utf8').replace('id > 10', 'id > 11') });
    const runs = (): number => readdirSync(project.path('.mlp/store/runs/p')).length;
    const before = runs();
    const outcome = await project.run(['apply', 'two.plan']);
    expectFailure(outcome, 4, ['error[plan-stale]: `two.plan` no longer matches: 2 things have changed', /data\/rows\.csv [0-9a-f]{8}… → [0-9a-f]{8}…/, '`few`: sql changed', '`mlp plan sub/p.mlp -o two.plan`']);
    const json = await project.run(['apply', 'two.plan', '--json']);
    expect(json.code).toBe(4);
    expect(JSON.parse(json.stdout)).toMatchObject({
      diagnostics: [{ code: 'plan-stale' }],
      changes: [{ part: 'source:data/rows.csv' }, { part: 'sql', step: 'few', before: expect.stringContaining('id > 10') as string, after: expect.stringContaining('id > 11') as string }],
    });
    expect(runs()).toBe(before);
  });

  it('is bound to the environment', async () => {
    await project.run(['plan', FILE, '-o', 'three.plan', '--quiet'], { env: { MLP_PARAM_least: '4' } });
    expectFailure(await project.run(['apply', 'three.plan']), 4, ['MLP_PARAM_least 4 → not set', '`large`: sql changed']);
    expect((await project.run(['apply', 'three.plan', '--quiet'], { env: { MLP_PARAM_least: '4' } })).code).toBe(0);
  });

  it('is bound to the results that it counts on: one that is lost is a change, one that is gained is none', async () => {
    await project.run(['plan', FILE, '-o', 'before.plan', '--quiet']);
    await project.run(['apply', FILE, '--quiet']);
    expect((await project.run(['apply', 'before.plan', '--quiet'])).code).toBe(0);
    await project.run(['plan', FILE, '-o', 'after.plan', '--quiet']);
    rmSync(project.path('.mlp/store'), { recursive: true });
    expectFailure(await project.run(['apply', 'after.plan']), 4, [/`rows`: its result [0-9a-f]{8}… → no longer in the store/]);
    expect((await project.run(['apply', 'before.plan', '--quiet'])).code).toBe(4);
  });

  it('stops, and runs nothing, where a result that it counts on is collected while it starts', async () => {
    await project.run(['apply', FILE, '--quiet']);
    await project.run(['plan', FILE, '-o', 'held.plan', '--quiet']);
    const store = await openStore(project.path('.mlp/store'), { access: 'write' });
    const runs = (): string[] => readdirSync(project.path('.mlp/store/runs/p'));
    const before = runs().length;
    const applying = await withUpkeep(store, async (stage) => {
      const begun = { outcome: project.run(['apply', 'held.plan', '--json']) };
      // It has compared its plan by then, and waits for the collection to end.
      await expect.poll(() => runs().length, { timeout: 20_000 }).toBe(before + 1);
      await strip(store, stage, listRecords(store).flatMap(({ record }) => (record === undefined ? [] : [record])));
      return begun;
    });
    const outcome = await applying.outcome;
    expect(outcome.code, outcome.output).toBe(4);
    expect(statesOf(outcome)).toEqual({});
    const end = JSON.parse(outcome.stdout.trim().split('\n').at(-1) ?? '') as unknown;
    expect(end).toMatchObject({ event: 'run-end', state: 'cancelled', ran: 0, error: { code: 'plan-stale', message: expect.stringMatching(/`rows`: its result [0-9a-f]{8}… → no longer in the store/) as string } });
    expectFailure(await project.run(['apply', 'held.plan']), 4, ['error[plan-stale]']);
    expect(statesOf(await project.run(['apply', FILE, '--json']))).toEqual({ rows: 'ran', large: 'ran', few: 'ran' });
  });

  it('settles what may run while it is applied', async () => {
    await project.run(['apply', FILE, '--quiet']);
    // The same rows in another spelling: what reads them comes out the same.
    project.write({ 'data/rows.csv': `${readFileSync(project.path('data/rows.csv'), 'utf8')}\n` });
    await project.run(['plan', FILE, '-o', 'maybe.plan', '--quiet']);
    const saved = JSON.parse(readFileSync(project.path('maybe.plan'), 'utf8')) as { steps: { name: string; state: string }[] };
    expect(saved.steps.map(({ name, state }) => `${name} ${state}`)).toEqual(['rows run', 'large maybe', 'few maybe']);
    const outcome = await project.run(['apply', 'maybe.plan', '--json']);
    expect(statesOf(outcome)).toEqual({ rows: 'ran', large: 'cut-off', few: 'cut-off' });
  });

  it('is refused where it is damaged, cut, or none, and takes no flag that would change it', async () => {
    await project.run(['plan', FILE, '-o', 'whole.plan', '--quiet']);
    const text = readFileSync(project.path('whole.plan'), 'utf8');
    cpSync(project.path('whole.plan'), project.path('cut.plan'));
    truncateSync(project.path('cut.plan'), Math.floor(text.length / 2));
    writeFileSync(project.path('edited.plan'), text.replace('"maybe"', '"cached"').replace('"cached"', '"run"'));
    project.write({ 'none.json': '{"rows": []}', 'newer.plan': text.replace('"version": 1', '"version": 7') });
    expectFailure(await project.run(['apply', 'cut.plan']), 1, ['it is cut off, or no JSON']);
    expectFailure(await project.run(['apply', 'edited.plan']), 1, ['it is not as it was written']);
    expectFailure(await project.run(['apply', 'none.json']), 1, ['it is JSON, but no plan of mlp']);
    expectFailure(await project.run(['apply', 'newer.plan']), 1, ['a newer mlp made it', 'version 7']);
    expectFailure(await project.run(['apply', 'whole.plan', '--param', 'least=1']), 1, ['`--param least` cannot change a saved plan']);
    expectFailure(await project.run(['apply', 'gone.plan']), 1, ['there is no such file']);
    expectFailure(await project.run(['plan', FILE, '-o', 'sub/p.mlp']), 1, ['names a pipeline']);
    expect(existsSync(project.path('sub/p.mlp'))).toBe(true);
  });
});
