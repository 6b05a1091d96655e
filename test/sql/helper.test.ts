import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHelper, type DuckDBHelper } from '../../runtime/duckdb-helper.ts';

/** Answers with its process's number and the question's text; the question `end` ends it. */
const SCRIPT = `process.on('message', ({ id, text }) => (text === 'end' ? process.exit(7) : process.send({ id, ok: true, value: [process.pid, text] })));
process.on('disconnect', () => process.exit(0));`;

let folder = '';
let script = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlp-helper-'));
  script = join(folder, 'worker.mjs');
  writeFileSync(script, SCRIPT);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Asks questions at once; which process answered each. */
async function askAll(helper: DuckDBHelper, questions: readonly string[]): Promise<number[]> {
  const answers = (await Promise.all(questions.map((text) => helper.ask({ kind: 'references', text })))) as unknown as [number, string][];
  expect(answers.map(([, text]) => text)).toEqual(questions);
  return answers.map(([pid]) => pid);
}

describe("DuckDB's helper", () => {
  test('is one process for few questions, and no more than four for many', async () => {
    const helper = createHelper(script);
    try {
      expect(new Set(await askAll(helper, Array.from({ length: 30 }, (_, i) => `few ${i}`))).size).toBe(1);
      const many = new Set(await askAll(helper, Array.from({ length: 1000 }, (_, i) => `many ${i}`)));
      expect(many.size).toBe(Math.min(4, availableParallelism()));
    } finally {
      helper.close();
    }
  });

  test('tells who waits for a process that ends, and starts another', async () => {
    const helper = createHelper(script);
    try {
      const [first] = await askAll(helper, ['before']);
      await expect(helper.ask({ kind: 'references', text: 'end' })).rejects.toThrow("DuckDB's process ended (7)");
      const [second] = await askAll(helper, ['after']);
      expect(second).not.toBe(first);
    } finally {
      helper.close();
    }
  });
});
