import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { planSchema } from '../../compiler/plan/plan-schema.ts';
import { PROJECT, planOf } from '../support/compile.ts';

const FOLDER = join(PROJECT, 'pipelines');
const PLANS = join(import.meta.dirname, 'plans');
const updating = process.env['UPDATE'] === '1';
const validate = new Ajv({ allErrors: true }).compile(planSchema);
const pipelines = readdirSync(FOLDER).filter((name) => name.endsWith('.mlp'));

describe('the plans of pipelines/', () => {
  it.each(pipelines)('%s', async (name) => {
    const golden = join(PLANS, name.replace(/\.mlp$/, '.json'));
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const plan = await planOf(text, { file: `pipelines/${name}`, folder: PROJECT });
    expect(validate(plan), JSON.stringify(validate.errors)).toBe(true);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    if (updating || (!existsSync(golden) && process.env['CI'] === undefined)) writeFileSync(golden, `${JSON.stringify(plan, undefined, 2)}\n`);
    expect(existsSync(golden), `${golden} is missing: run the test with UPDATE=1 and look at what it wrote`).toBe(true);
    expect(`${JSON.stringify(plan, undefined, 2)}\n`).toBe(readFileSync(golden, 'utf8'));
  });

  it('have no golden of a pipeline that is gone', () => {
    expect(readdirSync(PLANS).map((name) => name.replace(/\.json$/, '.mlp')).sort()).toEqual([...pipelines].sort());
  });
});
