import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFiles } from '../../runtime/data/files.ts';

const NOBODY = 65_534;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlp-files-'));
  for (const name of ['a', 'a/inner', 'closed', 'closed/inner']) await mkdir(join(folder, name));
  for (const name of ['top.csv', 'a/one.csv', 'a/inner/two.csv', 'closed/three.csv']) await writeFile(join(folder, name), 'a\n1\n');
  await chmod(folder, 0o755);
  await chmod(join(folder, 'closed'), 0o000);
});
afterAll(async () => {
  await chmod(join(folder, 'closed'), 0o755);
  await rm(folder, { recursive: true });
});

async function find(pattern: string) {
  // The superuser may read everything: the question is asked as somebody else.
  const superuser = process.geteuid?.() === 0;
  if (superuser) process.seteuid?.(NOBODY);
  try {
    return (await findFiles({ pattern, from: join(folder, 'p.mlp'), project: folder })).found;
  } finally {
    if (superuser) process.seteuid?.(0);
  }
}

describe('a folder that may not be read', () => {
  it.each(['**/*.csv', '*/*.csv', 'closed/*.csv', '{a,closed}/*.csv', './*/*.csv'])('is an error where %s may match files in it', async (pattern) => {
    expect(await find(pattern)).toEqual({
      ok: false,
      message: `not every file that matches \`${pattern}\` can be found: \`${join(folder, 'closed')}\` cannot be read: permission is denied`,
      hint: 'change its permissions, or write the glob so that it does not look there',
    });
  });

  it.each([
    ['*', ['top.csv']],
    ['*.csv', ['top.csv']],
    ['a/**/*.csv', ['a/inner/two.csv', 'a/one.csv']],
    ['a/*', ['a/one.csv']],
  ])('does not matter where %s does not look in it', async (pattern, names) => {
    expect(await find(pattern)).toEqual({ ok: true, paths: names.map((name) => join(folder, name)) });
  });

  it('is told of a file in it', async () => {
    expect(await find('closed/three.csv')).toEqual({ ok: false, message: '`closed/three.csv` cannot be looked for', hint: `\`${join(folder, 'closed')}\` cannot be read: permission is denied` });
    expect(await find('closed/inner/*.csv')).toMatchObject({ ok: false });
  });
});
