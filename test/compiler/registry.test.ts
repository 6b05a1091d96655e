import { describe, expect, it } from 'vitest';
import type { ParamSchema } from '../../compiler/kinds/schema.ts';
import { registry } from '../../stdlib/index.ts';
import { compileText } from '../support/compile.ts';

const kinds = [...registry.values()];
const named = kinds.filter((kind) => kind.keyword !== undefined);

/** Paths of keys that a person may write and that nobody described. */
function undescribed(schema: ParamSchema, path: string): string[] {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, ParamSchema>>).filter(([key]) => !key.startsWith('$'));
  const isBlock = schema['x-record'] === true;
  return properties.flatMap(([key, inner]) => [
    ...(isBlock && (inner.description ?? '').trim() === '' ? [`${path}.${key}`] : []),
    ...undescribed(inner, `${path}.${key}`),
  ]);
}

describe('the standard library', () => {
  it.each(kinds.map((kind) => [kind.name, kind] as const))('%s is documented', (name, kind) => {
    expect(kind.doc.trim()).toMatch(/^[A-Z][^]*[.:]$/m);
    expect(undescribed(kind.params, name)).toEqual([]);
    for (const input of kind.inputs) expect(input.doc.trim()).not.toBe('');
  });

  it.each(named.map((kind) => [kind.name, kind] as const))('the example of %s is a whole pipeline, and shows the kind', async (name, kind) => {
    const { plan, diagnostics } = await compileText(kind.example);
    expect(diagnostics.map((one) => `${one.code}: ${one.message} (${one.hint ?? ''})`)).toEqual([]);
    expect(plan?.steps.map((step) => step.kind)).toContain(name);
  });
});
