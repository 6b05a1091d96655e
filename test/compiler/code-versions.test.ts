import { describe, expect, it } from 'vitest';
import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import { keyOf } from '../../compiler/plan/keys.ts';
import type { Plan } from '../../compiler/plan/plan.ts';
import { registry } from '../../stdlib/index.ts';
import { planOf, stepOf } from '../support/compile.ts';
import { own } from '../support/whole-steps.ts';
import { BASE } from './same-and-different/edit.ts';

/** Kinds of the steps that do something else. */
function changed(before: Plan, after: Plan): string[] {
  const kept = new Set(before.steps.map(own));
  return [...new Set(after.steps.filter((step) => !kept.has(own(step))).map((step) => step.kind))];
}

describe('the version of a kind', async () => {
  const base = await planOf(BASE);
  it.each([...new Set(base.steps.map((step) => step.kind))])('of %s is in the keys of its steps, and of no others', async (name) => {
    const kind = registry.get(name);
    if (kind === undefined) throw new Error(`there is no kind ${name}`);
    const next = new Map([...registry, [name, { ...kind, version: kind.version + 1 }]]);
    expect(changed(base, await planOf(BASE, { registry: next }))).toEqual([name]);
  });

  it('is there, with that of its engine, for every step', () => {
    for (const step of base.steps) {
      expect(step.identity['kind-version']).toMatch(/^\d+$/);
      const engine = registry.get(step.kind)?.engine;
      if (engine !== undefined) expect([engine].flat().map((one) => `${one} 1.0`)).toContain(step.identity['engine']);
    }
  });
});

describe('a kind from a package', () => {
  const louder = {
    name: 'louder',
    keyword: 'table',
    version: 1,
    doc: 'Says it louder.',
    example: '',
    inputs: [{ name: 'table', accepts: ['table'], doc: 'A table.' }],
    params: { type: 'object', properties: {}, additionalProperties: false },
    seeded: false,
    guarantee: 'bitwise',
    infer: ({ inputs: [input] }: { readonly inputs: readonly { readonly type: unknown }[] }) => ({ type: input?.type }),
    run: () => Promise.reject(new Error('never run')),
  };
  const using = (name: string): Promise<Plan> =>
    planOf(`import "npm:${name}"\nsource flights = csv("flights.csv")\ntable loud = louder(flights)`, { packages: { one: [louder], two: [louder] } });
  const flights: TableArtifact = {
    type: 'table',
    rows: 2,
    columns: ['id', 'date', 'distance'].map((name, i) => ({ name, sql: 'BIGINT', digest: String(i).repeat(64), nulls: 0 })),
    file: { digest: 'f'.repeat(64), bytes: 1 },
  };

  it('is keyed by the digest of its code, whatever its version says', async () => {
    const [one, two] = [await using('one'), await using('two')];
    expect(changed(one, two)).toEqual(['louder']);
    const parts = (plan: Plan): Readonly<Record<string, string>> => stepOf(plan, 'loud').identity;
    expect(Object.keys(parts(one)).filter((part) => parts(one)[part] !== parts(two)[part])).toEqual(['package']);
  });

  it('that does not say what it reads reads every column, and may compute', async () => {
    const loud = stepOf(await using('one'), 'loud');
    expect(loud.inputs).toEqual([expect.not.objectContaining({ columns: expect.anything() as unknown })]);
    expect(loud.identity).toHaveProperty('arithmetic');
    const { key } = keyOf(loud, [flights]);
    for (const column of flights.columns) {
      const other = { ...flights, columns: flights.columns.map((one) => (one === column ? { ...one, digest: 'a'.repeat(64) } : one)) };
      expect(keyOf(loud, [other]).key, column.name).not.toBe(key);
    }
  });
});
