import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnalyser, duckdbVersion, type Analyser } from '../../runtime/analyse.ts';
import { createHelper, type DuckDBHelper } from '../../runtime/duckdb-helper.ts';
import { flights } from './support.ts';

let folder = '';
let worker = '';

beforeAll(async () => {
  // Below the project, so that the script finds the packages that are not bundled.
  folder = mkdtempSync(join(tmpdir(), 'mlp-analyser-'));
  worker = join(mkdtempSync(join(process.cwd(), 'node_modules', '.mlp-test-')), 'worker.mjs');
  await build({
    stdin: {
      contents: "import { serveHelper } from './runtime/engines/duckdb/serve-helper.ts'; serveHelper({ exportFeatures: () => Promise.resolve() });",
      resolveDir: process.cwd(),
    },
    outfile: worker,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(worker, '..'), { recursive: true, force: true });
});

/** An analyser with a helper of its own. */
function open(script: string, cacheFile: string): Analyser & Pick<DuckDBHelper, 'close'> {
  const helper = createHelper(script);
  const analyser = createAnalyser(helper, cacheFile);
  const close = (): void => {
    analyser.save();
    helper.close();
  };
  return { ...analyser, close };
}

const request = { text: 'SELECT origin, delay > 15 AS late FROM flights', tables: [flights] };

describe('the analyser', () => {
  it('asks the helper once, and then its cache', async () => {
    const cacheFile = join(folder, 'sql', 'answers');
    const first = open(worker, cacheFile);
    const [references, analysis] = await Promise.all([first.references(request.text), first.analyse(request)]);
    expect(references).toEqual({ ok: true, tables: ['flights'] });
    expect(analysis).toMatchObject({ ok: true, query: { rowwise: true } });
    expect(await first.references('INSERT INTO t VALUES (1)')).toMatchObject({ ok: false });
    first.close();

    const second = open(join(folder, 'there-is-none.mjs'), cacheFile);
    expect(await second.references(request.text)).toEqual(references);
    expect(await second.analyse(request)).toEqual(analysis);
    const others = { ...request, tables: [{ ...flights, columns: flights.columns.slice(0, 5) }] };
    await expect(second.analyse(others)).rejects.toThrow("DuckDB's process");
    second.close();
  });

  it('ignores damaged entries and mends them', async () => {
    const path = join(folder, 'damaged');
    // Each of its own: what one has answered it remembers.
    const ask = async (): Promise<unknown> => {
      const analyser = open(worker, path);
      const answer = await analyser.references(request.text);
      analyser.close();
      return answer;
    };
    await ask();
    const whole = readFileSync(path, 'utf8');
    for (const damaged of ['', whole.slice(0, -5), whole.replace('flights', 'fright'), 'null', '[]', '\0'.repeat(300)]) {
      writeFileSync(path, damaged);
      expect(await ask()).toEqual({ ok: true, tables: ['flights'] });
      // A line that was torn stays where it is; the next starts on its own.
      expect(readFileSync(path, 'utf8')).toBe(damaged + whole);
      expect(await ask()).toEqual({ ok: true, tables: ['flights'] });
      expect(readFileSync(path, 'utf8')).toBe(damaged + whole);
    }
  });

  it('answers even where nothing can be kept', async () => {
    writeFileSync(join(folder, 'file'), '');
    const analyser = open(worker, join(folder, 'file', 'answers'));
    expect(await analyser.references(request.text)).toMatchObject({ ok: true });
    analyser.close();
  });

  it('knows the version of DuckDB without loading it', () => {
    expect(duckdbVersion()).toMatch(/^1\.\d+\.\d+/);
  });
});
