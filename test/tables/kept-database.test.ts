import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunContext } from '../../compiler/kinds/run.ts';
import { withTables } from '../../runtime/engines/duckdb/table-session.ts';

const folder = mkdtempSync(join(tmpdir(), 'mlp-kept-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const context = { threads: 2, memory: 2 ** 28, temporaryFile: (extension: string) => join(folder, `new-${(files += 1)}${extension}`) } as Partial<RunContext> as RunContext;

const first = (sql: string): Promise<unknown> => withTables(context, async (connection) => (await connection.runAndReadAll(sql)).getRowsJS()[0]?.[0]);

describe('the database that a worker keeps from step to step', () => {
  it('has nothing of an earlier step in it', async () => {
    await withTables(context, (connection) => connection.run('CREATE TEMP TABLE left_behind AS SELECT 1 AS a'));
    await expect(first('SELECT a FROM left_behind')).rejects.toThrow(/left_behind/);
  });

  it('is pinned on every connection, and stays so', async () => {
    for (const [name, value] of [['TimeZone', 'UTC'], ['Calendar', 'gregorian'], ['integer_division', false], ['default_null_order', 'NULLS_LAST'], ['enable_external_file_cache', false]] as const) {
      expect([name, await first(`SELECT current_setting('${name}')`)]).toEqual([name, value]);
    }
    await expect(first("SET TimeZone = 'Asia/Tokyo'")).rejects.toThrow(/locked/);
    expect(await first("SELECT CAST(TIMESTAMPTZ '2020-01-01 00:00:00+00' AS VARCHAR)")).toBe('2020-01-01 00:00:00+00');
  });

  it('can be used twice at once, with other limits, and after an error', async () => {
    const both = await withTables(context, (outer) =>
      withTables({ ...context, threads: 1 }, async (inner) => {
        const threads = async (connection: typeof inner): Promise<unknown> => (await connection.runAndReadAll("SELECT current_setting('threads')")).getRowsJS()[0]?.[0];
        return [await threads(outer), await threads(inner)].map(Number);
      }),
    );
    expect(both).toEqual([2, 1]);
    await expect(first('SELECT 1 +')).rejects.toThrow();
    expect(await first('SELECT 1 + 1')).toBe(2);
  });
});
