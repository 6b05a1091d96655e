import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { newProject, type Project } from '../end-to-end/program.ts';
import { everyModelProject, MODELS } from '../support/every-model.ts';
import { expectAnswers } from './expect-answers.ts';
import { findPython, openInPython, withPeer } from './peers.ts';

const TABLE = `
source raw = ndjson("rows.ndjson") { schema { n: int, s: string? } }
table every = sql("""
  SELECT n::INTEGER AS small, 9007199254740992 + n AS big, n / 4 AS part, CASE WHEN n <> 1 THEN n / 8 END::DECIMAL(9, 3) AS exact, s AS "text, quoted",
         n = 2 AS yes, DATE '1969-12-31' + n::INTEGER AS day, TIMESTAMP '2001-02-03 04:05:06.789' + to_days(n::INTEGER) AS at, [n, NULL] AS list, {'a': n} AS pair
  FROM raw
""")
table none = sql("SELECT n, s FROM raw WHERE n > 99")
`;
const TEXTS = ['plain', 'a "quoted", one\nin two lines', null, 'Łódź 東京 🙂', '  '];

const NAMES = ['small', 'big', 'part', 'exact', 'text, quoted', 'yes', 'day', 'at', 'list', 'pair'];
const EXACT = ['0.000', null, '0.250', '0.375', '0.500'];
const BIG = ['9007199254740992', '9007199254740993', '9007199254740994', '9007199254740995', '9007199254740996'];

/** The table's rows as a format has them. What is a number of more than 53 bits is text here, since JSON says no other. */
function rowsAs(as: { readonly exact: (text: string) => unknown; readonly at: (text: string) => string; readonly list: (n: number) => unknown; readonly pair: (n: number) => unknown }): unknown[][] {
  return TEXTS.map((text, n) => {
    const exact = EXACT[n] ?? null;
    const day = new Date(Date.UTC(1969, 11, 31 + n)).toISOString().slice(0, 10);
    const big = n === 0 ? 2 ** 53 : BIG[n];
    return [n, big, n / 4, exact === null ? null : as.exact(exact), text, n === 2, day, as.at(`2001-02-0${3 + n}T04:05:06.789000`), as.list(n), as.pair(n)];
  });
}

const nested = { list: (n: number) => [n, null], pair: (n: number) => ({ a: n }) };

const FORMATS = [
  {
    extension: 'parquet',
    types: ['Int32', 'Int64', 'Float64', 'Decimal(precision=9, scale=3)', 'String', 'Boolean', 'Date', "Datetime(time_unit='us', time_zone=None)", 'List(Int64)', "Struct({'a': Int64})"],
    rows: rowsAs({ exact: (text) => text, at: (text) => text, ...nested }),
  },
  {
    extension: 'arrow',
    types: ['Int32', 'Int64', 'Float64', 'String', 'String', 'Boolean', 'Date', "Datetime(time_unit='us', time_zone=None)", 'String', 'String'],
    rows: rowsAs({ exact: (text) => text, at: (text) => text, list: (n) => `[${n},null]`, pair: (n) => `{"a":${n}}` }),
  },
  {
    extension: 'ndjson',
    types: ['Int64', 'Int64', 'Float64', 'Float64', 'String', 'Boolean', 'String', 'String', 'List(Int64)', "Struct({'a': Int64})"],
    rows: rowsAs({ exact: Number, at: (text) => text.replace('T', ' ').replace('000', ''), ...nested }),
  },
  {
    extension: 'csv',
    types: ['Int64', 'Int64', 'Float64', 'Float64', 'String', 'Boolean', 'Date', "Datetime(time_unit='us', time_zone=None)", 'String', 'String'],
    rows: rowsAs({ exact: Number, at: (text) => text, list: (n) => `[${n}, NULL]`, pair: (n) => `{'a': ${n}}` }),
  },
];

interface OpenedTable {
  readonly types: Readonly<Record<string, string>>;
  readonly nulls: Readonly<Record<string, number>>;
  readonly rows: readonly (readonly unknown[])[];
}

/** Exports to files of a project, by what is exported. */
async function exportAll(project: Project, wanted: Readonly<Record<string, string>>): Promise<void> {
  const applied = await project.run(['apply', 'p.mlp', '--quiet']);
  expect(applied.code, applied.output).toBe(0);
  const outcomes = await Promise.all(Object.entries(wanted).map(([out, name]) => project.run(['export', 'p.mlp', name, '-o', out])));
  for (const { code, output } of outcomes) expect(code, output).toBe(0);
}

withPeer('exported tables, opened by polars and pyarrow', findPython(), (python) => {
  const project = newProject({ 'p.mlp': TABLE, 'rows.ndjson': TEXTS.map((s, n) => JSON.stringify({ n, s })).join('\n') });
  let opened: Readonly<Record<string, OpenedTable>>;
  beforeAll(async () => {
    const files = Object.fromEntries(FORMATS.flatMap(({ extension }) => ['every', 'none'].map((name) => [`${name}.${extension}`, name])));
    await exportAll(project, files);
    const readable = Object.keys(files).filter((file) => file !== 'none.ndjson');
    opened = openInPython(python, Object.fromEntries(readable.map((file) => [file, { open: 'table', path: project.path(file) }])));
  });

  for (const { extension, types, rows } of FORMATS) {
    it(`.${extension}: the same rows, types and nulls`, () => {
      const found = opened[`every.${extension}`];
      expect(found?.types).toEqual(Object.fromEntries(NAMES.map((name, at) => [name, types[at]])));
      expect(found?.rows).toEqual(rows);
      expect(found?.nulls).toEqual(Object.fromEntries(NAMES.map((name) => [name, name === 'exact' || name === 'text, quoted' ? 1 : 0])));
    });
  }

  it('a table of no rows has its columns where the format has any', () => {
    for (const extension of ['parquet', 'arrow', 'csv']) {
      const { types, rows } = opened[`none.${extension}`] ?? {};
      expect([Object.keys(types ?? {}), rows], extension).toEqual([['n', 's'], []]);
    }
    expect(readFileSync(project.path('none.ndjson'), 'utf8')).toBe('');
  });
});

/** What the adjusted models wrap, and what opens that. */
const WRAPPED: Readonly<Record<string, { readonly open: string; readonly file: string }>> = { sure2: { open: 'linear', file: 'lines2.json' }, sure3: { open: 'xgboost', file: 'trees3.ubj' } };

/** What opens the models of a kind, and how far its answers may be from ours. */
const OPENED = {
  trees: { open: 'xgboost', within: 1e-6, extensions: ['ubj', 'json'] },
  leaves: { open: 'lightgbm', within: 1e-12, extensions: ['txt'] },
  woods: { open: 'forest', within: 1e-12, extensions: ['txt'] },
  lines: { open: 'linear', within: 1e-12, extensions: ['json'] },
  guess: { open: 'baseline', within: 1e-12, extensions: ['json'] },
  sure: { open: 'adjust', within: 1e-6, extensions: ['json'] },
} as const;

withPeer('exported models, re-computed in Python', findPython(), (python) => {
  const project = everyModelProject();
  const models = MODELS.filter(({ kind }) => kind !== 'net').flatMap((model) => {
    const { open, within, extensions } = OPENED[model.kind as keyof typeof OPENED];
    return extensions.map((extension) => ({ ...model, open, within, file: `${model.name}.${extension}` }));
  });
  let answers: Readonly<Record<string, readonly number[]>>;
  let tables: Readonly<Record<string, OpenedTable>>;
  beforeAll(async () => {
    const features = ['x', 'y', 'z'].map((name) => ({ [`${name}.json`]: name, [`${name}.parquet`]: `${name}.test`, [`${name}.arrow`]: `${name}.test` }));
    await exportAll(project, { ...(Object.assign({}, ...features) as Record<string, string>), ...Object.fromEntries(models.map(({ file, name }) => [file, name])), 'scores.json': 'scores' });
    const requests = models.map(({ file, name, open, features: of }) => {
      const wrapped = WRAPPED[name];
      const request = { open, model: project.path(file), features: project.path(`${of}.json`), rows: project.path(`${of}.parquet`) };
      return [file, wrapped === undefined ? request : { ...request, wraps: { open: wrapped.open, model: project.path(wrapped.file) } }] as const;
    });
    answers = openInPython(python, Object.fromEntries(requests));
    const files = ['x', 'y', 'z'].flatMap((name) => [`${name}.parquet`, `${name}.arrow`]);
    tables = openInPython(python, Object.fromEntries(files.map((file) => [file, { open: 'table', path: project.path(file) }])));
  });

  for (const { name, file, task, split, within } of models) {
    it(`${file} (${task}) answers for exported features as in training`, async () => {
      await expectAnswers(project, { model: name, split }, answers[file] ?? [], within);
    });
  }

  it('features in Arrow are those in Parquet', () => {
    for (const name of ['x', 'y', 'z']) {
      expect(tables[`${name}.parquet`]?.rows).toHaveLength(150);
      expect(tables[`${name}.arrow`]).toEqual(tables[`${name}.parquet`]);
    }
  });

  it('a report is what `mlp show --json` says of it', async () => {
    const shown = await project.run(['show', 'p.mlp', 'scores', '--json']);
    expect(JSON.parse(readFileSync(project.path('scores.json'), 'utf8'))).toEqual(JSON.parse(shown.stdout));
  });
});
