import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { StepError } from '../../compiler/kinds/run.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { csv } from '../../stdlib/sources/csv.ts';
import { json } from '../../stdlib/sources/json.ts';
import { ndjson } from '../../stdlib/sources/ndjson.ts';
import { parquet } from '../../stdlib/sources/parquet.ts';
import { columns, rowsOf, type } from '../support/read-made.ts';
import { openWorkbench, type Workbench } from '../support/run-kind.ts';

const DATA = new URL('../../node_modules/vega-datasets/data/', import.meta.url).pathname;

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

const write = (name: string, text: string): Promise<void> => writeFile(join(bench.folder, name), text);

describe('real files', () => {
  test('penguins.json has the records that JSON.parse finds', async () => {
    const { outputs } = await bench.make({ kind: json, input: 'npm:vega-datasets/data/penguins.json' });
    expect(await rowsOf(bench, outputs['value'])).toEqual(JSON.parse(await readFile(join(DATA, 'penguins.json'), 'utf8')) as unknown);
  });

  test('movies.json: mixed types become one, dates are read by a format', async () => {
    const { outputs } = await bench.make({
      kind: json,
      input: 'npm:vega-datasets/data/movies.json',
      params: { schema: { Title: type('string?'), 'IMDB Rating': type('float?'), 'Release Date': type('date?') }, extra: 'drop', dateformat: '%b %d %Y' },
    });
    const movies = JSON.parse(await readFile(join(DATA, 'movies.json'), 'utf8')) as Record<string, string | number | null>[];
    const expected = movies.map((movie) => ({
      Title: movie['Title'] === null ? null : String(movie['Title']),
      'Release Date': movie['Release Date'] === null ? null : new Date(`${movie['Release Date']} UTC`).toISOString().slice(0, 10),
      'IMDB Rating': movie['IMDB Rating'],
    }));
    expect(await rowsOf(bench, outputs['value'])).toEqual(expected);
  });

  test('seattle-weather.csv has the rows that splitting its lines finds', async () => {
    const { outputs } = await bench.make({ kind: csv, input: 'npm:vega-datasets/data/seattle-weather.csv', params: { schema: { DATE: type('date') } } });
    const [header = '', ...lines] = (await readFile(join(DATA, 'seattle-weather.csv'), 'utf8')).trim().split(/\r?\n/);
    const names = header.split(',');
    const expected = lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i] ?? '', i === 0 ? cell.replaceAll('/', '-') : i === 5 ? cell : Number(cell)])));
    expect(await rowsOf(bench, outputs['value'])).toEqual(expected);
  });
});

describe('order of the steps', () => {
  const lines = ['id,v', '1,10', '1,-5', '2,x', '2,20', '3,30', '2,40', '3,', '4,50'].join('\n');
  const params = (more: JsonObject): JsonObject => ({ schema: { id: type('int'), v: type('int', 'v > 0') }, invalid: 'quarantine', ...more });

  test('invalid rows do not count for dedupe, and the first valid one stays', async () => {
    await write('steps.csv', lines);
    const { outputs, statistics, warnings } = await bench.make({ kind: csv, input: 'steps.csv', params: params({ limit: 7, dedupe: columns('id') }) });
    expect(await rowsOf(bench, outputs['value'])).toEqual([
      { id: 1, v: 10 },
      { id: 2, v: 20 },
      { id: 3, v: 30 },
    ]);
    expect(await rowsOf(bench, outputs['quarantine'])).toEqual([
      { id: '1', v: '-5', reason: '`v` is not as its `where` asks: `-5`', row: 2 },
      { id: '2', v: 'x', reason: '`v` is not int: `x`', row: 3 },
      { id: '3', v: null, reason: '`v` is null', row: 7 },
    ]);
    expect(statistics).toEqual({ read: 7, invalid: 3, notUnique: 0, repeated: 1 });
    expect(warnings).toEqual(['3 of 7 rows were put into quarantine: not as the source declares']);
  });

  test('rows that break `unique` are invalid, a null breaks it never', async () => {
    await write('unique.csv', 'a,b\n1,1\n1,2\n2,1\n2,1\n,1\n,1\n');
    const schema = { a: type('int?'), b: type('int') };
    const each = await bench.make({ kind: csv, input: 'unique.csv', params: { schema, unique: columns('a'), invalid: 'quarantine' } });
    expect((await rowsOf(bench, each.outputs['quarantine'])).map(({ reason, row }) => [reason, row])).toEqual([
      ['`a` repeats row 1', 2],
      ['`a` repeats row 3', 4],
    ]);
    const pair = await bench.make({ kind: csv, input: 'unique.csv', params: { schema, unique: [columns('a', 'b')], invalid: 'drop' } });
    expect((await rowsOf(bench, pair.outputs['value'])).map(({ a, b }) => [a, b])).toEqual([[1, 1], [1, 2], [2, 1], [null, 1], [null, 1]]);
    expect(pair.outputs['quarantine']).toBeUndefined();
  });

  test('dedupe finds what brute force finds, nulls and zeros alike', async () => {
    const cells = ['0.0', '-0.0', 'nan', '1.5', '', 'inf'];
    const rows = Array.from({ length: 500 }, (_, i) => [cells[(i * 7 + (i >> 3)) % cells.length] ?? '', String((i * 13) % 5)]);
    await write('dedupe.csv', ['x,y', ...rows.map((row) => row.join(','))].join('\n'));
    const seen = new Set<string>();
    const first = rows.flatMap(([x = '', y = ''], i) => {
      const key = `${x === '-0.0' ? '0.0' : x}|${y}`;
      return seen.has(key) ? [] : [seen.add(key) && i];
    });
    const { outputs } = await bench.make({ kind: csv, input: 'dedupe.csv', params: { schema: { x: type('float?'), y: type('int') }, dedupe: columns('x', 'y') } });
    const made = await rowsOf(bench, outputs['value']);
    expect(made.map(({ x, y }) => [x, y])).toEqual(
      first.map((i) => {
        const [x = '', y = ''] = rows[i] ?? [];
        return [x === '' ? null : x === 'nan' ? 'NaN' : x === 'inf' ? 'Infinity' : Math.abs(Number(x)), Number(y)];
      }),
    );
  });
});

describe('dedupe keeps', () => {
  test.each([
    ['first', [['a', 1, 'x'], ['b', 5, 'y'], [null, 3, 'u']]],
    ['last', [['b', null, 'w'], ['a', 9, 'z'], [null, 3, 'v']]],
    [{ $call: 'max', column: { $column: 'V' } }, [['b', 5, 'y'], ['a', 9, 't'], [null, 3, 'u']]],
    [{ $call: 'min', column: { $column: 'v' } }, [['a', 1, 'x'], ['b', 5, 'y'], [null, 3, 'u']]],
  ] as const)('%j', async (keep, expected) => {
    await write('keep.csv', 'k,v,w\na,1,x\nb,5,y\na,9,t\n,3,u\nb,,w\na,9,z\n,3,v\n');
    const params = { schema: { k: type('string?'), v: type('int?') }, dedupe: { key: columns('k'), keep } } as unknown as JsonObject;
    const { outputs } = await bench.make({ kind: csv, input: 'keep.csv', params });
    expect((await rowsOf(bench, outputs['value'])).map(({ k, v, w }) => [k, v, w])).toEqual(expected);
  });
});

describe('types that a CSV file does not say by itself', () => {
  test.each([
    ['yes and no are text', ['yes', 'no'], ['yes', 'no']],
    ['0 and 1 are ints', ['0', '1'], [0, 1]],
    ['true and false are bools', ['true', 'FALSE'], [true, false]],
    ['days and months that could be either are text', ['01/02/2003', '03/04/2003'], ['01/02/2003', '03/04/2003']],
    ['dates in ISO 8601', ['2003-01-02', '2004-02-29'], ['2003-01-02', '2004-02-29']],
    ['thousands are text', ['"1,234"', '"5,678"'], ['1,234', '5,678']],
    ['integers beyond 64 bits are text', ['9223372036854775808', '1'], ['9223372036854775808', '1']],
    ['integers beyond 2^53 are exact', ['9007199254740993', '1'], ['9007199254740993', 1]],
    ['leading zeros stay', ['01234', '90210'], ['01234', '90210']],
  ] as const)('%s', async (_, values, expected) => {
    await write('types.csv', `x,n\n${values.map((value) => `${value},1`).join('\n')}\n`);
    const { outputs } = await bench.make({ kind: csv, input: 'types.csv' });
    expect((await rowsOf(bench, outputs['value'])).map(({ x }) => x)).toEqual(expected);
  });

  test('a date in one of two formats, and one in neither', async () => {
    await write('dates.csv', 'd\n2001-02-03\n04.05.2001\n6/7/2001\n');
    const { outputs } = await bench.make({ kind: csv, input: 'dates.csv', params: { schema: { d: type('date') }, dateformat: ['%Y-%m-%d', '%d.%m.%Y'], invalid: 'quarantine' } });
    expect(await rowsOf(bench, outputs['value'])).toEqual([{ d: '2001-02-03' }, { d: '2001-05-04' }]);
    expect(await rowsOf(bench, outputs['quarantine'])).toEqual([{ d: '6/7/2001', reason: '`d` is not date: `6/7/2001`', row: 3 }]);
  });
});

describe('folders and compression', () => {
  test.each(['csv', 'ndjson', 'parquet'] as const)('folders of %s tell columns, with their types', async (format) => {
    const connection = await connectDuckDB({ threads: 2, memory: 2 ** 28 });
    for (const [folder, n] of [['region=eu/year=2001', 1], ['region=a%20b/year=x', 2], ['region=__HIVE_DEFAULT_PARTITION__/year=2003', 3]] as const) {
      await mkdir(join(bench.folder, 'hive', format, folder), { recursive: true });
      await connection.run(`COPY (SELECT ${n} AS n) TO ${sqlString(join(bench.folder, 'hive', format, folder, `f.${format}`))} (FORMAT ${format === 'ndjson' ? 'json' : format})`);
    }
    connection.closeSync();
    const kind = { csv, ndjson, parquet }[format];
    const { inferred, outputs } = await bench.make({ kind, input: `hive/${format}/**/*.${format}`, params: { partitions: { region: type('string?'), year: type('int') }, invalid: 'quarantine', unique: columns('year') } });
    expect(await rowsOf(bench, outputs['value'])).toEqual([{ n: 3, region: null, year: 2003 }, { n: 1, region: 'eu', year: 2001 }]);
    expect((await rowsOf(bench, outputs['quarantine'])).map(({ reason }) => reason)).toEqual(['`year` is not int: `x`']);
    expect(inferred.identity?.['partitions']).toBe('[["__HIVE_DEFAULT_PARTITION__","2003"],["a%20b","x"],["eu","2001"]]');
  });

  test('compressed files with another delimiter, their first lines compared', async () => {
    await mkdir(join(bench.folder, 'gz'));
    await writeFile(join(bench.folder, 'gz/1.csv.gz'), gzipSync('a;b\n1;x,y\n'));
    await writeFile(join(bench.folder, 'gz/2.csv.gz'), Buffer.concat([gzipSync('a;b\n2;z\n'), gzipSync('3;w\n')]));
    const connection = await connectDuckDB({ threads: 2, memory: 2 ** 28 });
    await connection.run(`COPY (SELECT range AS a, 'v' AS b FROM range(4, 5)) TO ${sqlString(join(bench.folder, 'gz/3.csv.zst'))} (FORMAT csv, DELIMITER ';', COMPRESSION zstd)`);
    connection.closeSync();
    const { outputs } = await bench.make({ kind: csv, input: 'gz/*' });
    expect((await rowsOf(bench, outputs['value'])).map(({ a, b }) => [a, b])).toEqual([[1, 'x,y'], [2, 'z'], [3, 'w'], [4, 'v']]);
  });

  test.each(['csv', 'parquet'] as const)('files of %s with other columns, by name', async (format) => {
    await mkdir(join(bench.folder, 'union', format), { recursive: true });
    const connection = await connectDuckDB({ threads: 2, memory: 2 ** 28 });
    for (const [name, query] of [['1', `SELECT 'x' AS s, 1 AS n`], ['2', `SELECT 2.5 AS f, 'y' AS s`]] as const) {
      await connection.run(`COPY (${query}) TO ${sqlString(join(bench.folder, 'union', format, `${name}.${format}`))} (FORMAT ${format})`);
    }
    connection.closeSync();
    const { outputs } = await bench.make({ kind: { csv, parquet }[format], input: `union/${format}/*`, params: { union_by_name: true, schema: { n: type('int?'), f: type('float?') } } });
    expect(await rowsOf(bench, outputs['value'])).toEqual([{ s: 'x', n: 1, f: null }, { s: 'y', n: null, f: 2.5 }]);
  });
});

describe('files', () => {
  test.each(['csv', 'ndjson', 'parquet'] as const)('a glob of %s is its contents in the order of the paths', async (format) => {
    const connection = await connectDuckDB({ threads: 2, memory: 2 ** 28 });
    for (const [name, from] of [['b', 0], ['a', 1000], ['c', 3000]] as const) {
      const out = join(bench.folder, `glob-${name}.${format}`);
      const as = format === 'ndjson' ? 'json' : format;
      await connection.run(`COPY (SELECT i AS n FROM range(${from}, ${from + 1000}) t(i)) TO ${sqlString(out)} (FORMAT ${as})`);
    }
    connection.closeSync();
    const kind = { csv, ndjson, parquet }[format];
    const { outputs } = await bench.make({ kind, input: `glob-*.${format}`, params: { filename: true, limit: 2500, unique: columns('n') } });
    const made = await rowsOf(bench, outputs['value']);
    const expected = [...Array.from({ length: 1000 }, (_, i) => i + 1000), ...Array.from({ length: 1000 }, (_, i) => i), ...Array.from({ length: 500 }, (_, i) => i + 3000)];
    expect(made.map(({ n }) => n)).toEqual(expected);
    expect([...new Set(made.map(({ filename }) => filename))]).toEqual(['a', 'b', 'c'].map((name) => `glob-${name}.${format}`));
  });

  test('what a row is called is in the message when it is invalid', async () => {
    await write('fail.csv', 'v\n1\nabc\n2\n\n');
    const failure = await bench.make({ kind: csv, input: 'fail.csv', params: { schema: { v: type('int') } } }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StepError);
    expect((failure as StepError).message).toBe('2 of 4 rows are not as `schema` says: row 2: `v` is not int: `abc`; row 4: `v` is null');
  });

  test.each([
    ['delimiter, quotes and null strings', 'a;b\n1;"x;y"\nNA;z\n', { nullstr: ['NA', ''], schema: { a: type('int?') } }, [{ a: 1, b: 'x;y' }, { a: null, b: 'z' }]],
    ['no header', '1,x\n2,y\n', { header: false, names: ['n', 's'], schema: { n: type('int') } }, [{ n: 1, s: 'x' }, { n: 2, s: 'y' }]],
    ['lines at the top, comments', 'made by hand\na,b\n#no\n1,2\n', { skip: 1, comment: '#' }, [{ a: 1, b: 2 }]],
    ['a mark of byte order, Windows lines', '\ufeffa,b\r\n1,2\r\n', {}, [{ a: 1, b: 2 }]],
    ['a value with a NUL in it, beyond the first page', `a,b\n${'1,2\n'.repeat(2000)}1,x\u0000y\n`, { schema: { b: type('string', "b <> '2'") }, invalid: 'drop' }, [{ a: 1, b: 'x\u0000y' }]],
    ['line breaks inside quotes', 'a,b\n1,"x\ny"\n2,"p\r\nq"\n', {}, [{ a: 1, b: 'x\ny' }, { a: 2, b: 'p\r\nq' }]],
    ['one row', 'a\n1\n', {}, [{ a: 1 }]],
    ['a column of nulls', 'a,b\n1,\n2,\n', { schema: { b: type('float?') } }, [{ a: 1, b: null }, { a: 2, b: null }]],
    ['columns of one name, and of none', 'a,a,\n1,2,3\n', {}, [{ a: 1, a_1: 2, column2: 3 }]],
    ['a header alone', 'a,b\n', {}, []],
    ['short lines on demand', 'a,b\n1\n2,3\n', { null_padding: true }, [{ a: 1, b: null }, { a: 2, b: 3 }]],
  ] as const)('CSV: %s', async (_, text, params, expected) => {
    await write('options.csv', text);
    const { outputs } = await bench.make({ kind: csv, input: 'options.csv', params: params });
    expect(await rowsOf(bench, outputs['value'])).toEqual(expected);
  });
});
