import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../apps/cli/commands.ts';
import { describeParameters } from '../apps/reference/describe-kind.ts';
import { renderReference } from '../apps/reference/render-reference.ts';
import { metrics } from '../stdlib/metrics/registry.ts';
import { registry } from '../stdlib/index.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'reference');
const pages = renderReference({ registry, metrics, commands });

it('the reference says what the registry says', () => {
  if (process.env['UPDATE'] === '1') {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of pages) writeFileSync(join(folder, name), text);
  }
  expect(existsSync(folder), 'docs/reference is missing: run with UPDATE=1').toBe(true);
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(readFileSync(join(folder, name), 'utf8'), `${name}: run with UPDATE=1 and look at the difference`).toBe(text);
});

const named = [...registry.values()].filter((kind) => kind.keyword !== undefined);

it.each(named.map((kind) => [kind.name, kind] as const))('every parameter of %s is explained', (_name, kind) => {
  const bare = describeParameters(kind).filter(({ doc, path }) => doc === '' && !path.includes('(')).map(({ path }) => path);
  expect(bare).toEqual([]);
});
