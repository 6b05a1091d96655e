import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newProject } from './program.ts';

const PIPELINE = `
source rows = csv("rows.csv")
table doubled = sql("SELECT id, name, id * 2 AS twice FROM rows")
test "twice as much" {
  given rows: [{ id: 4, name: "a" }]
  expect doubled: [{ twice: 8 }]
}
/// It does not.
test "thrice as much" {
  given rows: [{ id: 4, name: "a " }, { id: 5, name: none }]
  expect doubled: [{ name: "a", twice: 12 }, { name: none, twice: 10 }, { name: none, twice: 1 }]
}
`;

const FILES = { 'p.mlp': PIPELINE, 'rows.csv': 'id,name\n1,b\n' };

describe('mlp test', () => {
  it('runs tests, says what differs, and leaves no store', async () => {
    const project = newProject(FILES);
    const { code, stdout } = await project.run(['test', 'p.mlp']);
    expect(stdout).toMatchInlineSnapshot(`
      "p.mlp
        ✓ twice as much
        ✗ thrice as much
          p.mlp:9:1
          \`doubled\` is not as expected in 2 rows, 3 rows expected, 2 found
            row  column  expected  found
              1  name    "a"       "a "
                 twice   12        8
              3  name    none      no row
                 twice   1         no row

      1 of 2 tests failed
      "
    `);
    expect(code).toBe(3);
    expect(existsSync(project.path('.mlp', 'store'))).toBe(false);
  });

  it('runs tests of loops in each round, and of their members', async () => {
    const text = `
source rows = csv("rows.csv")
for letter in ["a", "b"] {
  table own = sql("SELECT id FROM rows WHERE name = \${letter}")
  test "its own" { given rows: [{ id: 1, name: "a" }, { id: 2, name: "b" }], expect own: [{ id: 2 }] }
  test "letter \${letter}" { given rows: [{ id: 3, name: "\${letter}" }], expect own: [{ id: 3 }] }
}
table counted = sql("SELECT count(*) AS n FROM own")
test "members" { given own["a"]: [{ id: 1 }], given own["b"]: [], expect counted: [{ n: 1 }] }
test "one member" { given rows: [{ id: 5, name: "b" }], expect own["b"]: [{ id: 5 }] }
`;
    const { code, stdout } = await newProject({ ...FILES, 'p.mlp': text }).run(['test', 'p.mlp']);
    expect(stdout.split('\n').filter((line) => /[✓✗]/.test(line)).map((line) => line.trim())).toEqual([
      '✗ its own (a)', '✓ letter a', '✓ its own (b)', '✓ letter b', '✓ members', '✓ one member',
    ]);
    expect(code).toBe(3);
  });

  it('tells programs', async () => {
    const { code, stdout } = await newProject(FILES).run(['test', 'p.mlp', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      passed: 1,
      failed: 1,
      tests: [
        { title: 'twice as much', file: 'p.mlp', start: { line: 4, column: 1 }, state: 'passed', tables: [{ name: 'doubled', rows: { expected: 1, found: 1 }, differences: [] }] },
        {
          title: 'thrice as much',
          doc: 'It does not.',
          file: 'p.mlp',
          start: { line: 9, column: 1 },
          state: 'failed',
          tables: [
            {
              name: 'doubled',
              rows: { expected: 3, found: 2 },
              differences: [
                { expected: 1, found: 1, columns: { name: { expected: 'a', found: 'a ' }, twice: { expected: '12', found: '8' } } },
                { expected: 3, columns: { name: { expected: null }, twice: { expected: '1' } } },
              ],
            },
          ],
        },
      ],
    });
    expect(code).toBe(3);
  });

  it('runs nothing when a file is wrong, and everything of several', async () => {
    const project = newProject({ ...FILES, 'wrong.mlp': 'source rows = csv("rows.csv")\ntest "t" { expect rwos: [] }', 'none.mlp': 'source rows = csv("rows.csv")' });
    const wrong = await project.run(['test', 'p.mlp', 'wrong.mlp']);
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toContain('did you mean `rows`?');
    const several = await project.run(['test', 'none.mlp', 'p.mlp']);
    expect(several.code).toBe(3);
    expect(several.stdout).toMatch(/none\.mlp\n {2}no tests\n\np\.mlp[^]*1 of 2 tests failed/);
    expect(await project.run(['test', 'none.mlp'])).toMatchObject({ code: 0, stdout: 'none.mlp\n  no tests\n\nnothing to test\n' });
  });

  it('does not keep a plan from being made', async () => {
    const project = newProject(FILES);
    expect(await project.run(['plan', 'p.mlp'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('runs those of one table', async () => {
    const project = newProject({ ...FILES, 'p.mlp': `${PIPELINE}\ntable others = sql("SELECT id FROM rows")\ntest "others" { given rows: [{ id: 1 }], expect others: [{ id: 1 }] }` });
    expect(await project.run(['test', 'p.mlp', '--target', 'Others'])).toMatchObject({ code: 0, stdout: 'p.mlp\n  ✓ others\n\n1 test passed\n' });
  });
});
