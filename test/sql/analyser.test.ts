import { build } from 'esbuild';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
      contents: "import { serveHelper } from './runtime/engines/duckdb/serve-helper.ts'; serveHelper();",
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
function open(script: string, cacheFolder: string): Analyser & Pick<DuckDBHelper, 'close'> {
  const helper = createHelper(script);
  return { ...createAnalyser(helper, cacheFolder), close: helper.close };
}

const request = { text: 'SELECT origin, delay > 15 AS late FROM flights', tables: [flights] };

describe('the analyser', () => {
  it('asks the helper once, and then its cache', async () => {
    const cacheFolder = join(folder, 'sql');
    const first = open(worker, cacheFolder);
    const [references, analysis] = await Promise.all([first.references(request.text), first.analyse(request)]);
    expect(references).toEqual({ ok: true, tables: ['flights'] });
    expect(analysis).toMatchObject({ ok: true, query: { rowwise: true } });
    expect(await first.references('INSERT INTO t VALUES (1)')).toMatchObject({ ok: false });
    first.close();

    const second = open(join(folder, 'there-is-none.mjs'), cacheFolder);
    expect(await second.references(request.text)).toEqual(references);
    expect(await second.analyse(request)).toEqual(analysis);
    const others = { ...request, tables: [{ ...flights, columns: flights.columns.slice(0, 5) }] };
    await expect(second.analyse(others)).rejects.toThrow("DuckDB's process");
    second.close();
  });

  it('ignores damaged entries and mends them', async () => {
    const cacheFolder = join(folder, 'damaged');
    // Each of its own: what one has answered it remembers.
    const ask = async (): Promise<unknown> => {
      const analyser = open(worker, cacheFolder);
      const answer = await analyser.references(request.text);
      analyser.close();
      return answer;
    };
    await ask();
    const [entry = ''] = readdirSync(cacheFolder);
    const path = join(cacheFolder, entry);
    const whole = readFileSync(path, 'utf8');
    for (const damaged of ['', whole.slice(0, -5), whole.replace('flights', 'fright'), 'null', '[]']) {
      writeFileSync(path, damaged);
      expect(await ask()).toEqual({ ok: true, tables: ['flights'] });
      expect(readFileSync(path, 'utf8')).toBe(whole);
    }
  });

  it('answers even where nothing can be kept', async () => {
    writeFileSync(join(folder, 'file'), '');
    const analyser = open(worker, join(folder, 'file', 'sql'));
    expect(await analyser.references(request.text)).toMatchObject({ ok: true });
    analyser.close();
  });

  it('knows the version of DuckDB without loading it', () => {
    expect(duckdbVersion()).toMatch(/^1\.\d+\.\d+/);
  });
});
