import { mkdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectFailure } from '../end-to-end/program.ts';
import { everyModelProject, MODELS } from '../support/every-model.ts';
import { parquetRows, storedScores, valuesOf } from './support.ts';

const project = everyModelProject();
const mlp = (...args: readonly string[]) => project.run(args);

beforeAll(async () => {
  const applied = await mlp('apply', 'p.mlp', '--quiet');
  expect(applied.code, applied.output).toBe(0);
  await mlp('export', 'p.mlp', 'all', '-o', 'all.parquet');
});

it.each(MODELS)('$name ($task) says of the rows what it said in training, to the last bit', async ({ name, split }) => {
  const done = await mlp('predict', 'p.mlp', name, 'all.parquet', '-o', `${name}.parquet`);
  expect(done.code, done.output).toBe(0);
  const predicted = await parquetRows(project.path(`${name}.parquet`));
  const { scores, rows } = await storedScores(project, 'p.mlp', { model: name, split });
  expect(rows).toHaveLength(150);
  expect(valuesOf(rows.map((row) => predicted[row] ?? {}))).toEqual(Array.from(scores.values));
});

const predict = (...args: readonly string[]) => ['predict', 'p.mlp', ...args];
const TABLES = ['`.parquet`, `.csv`, `.ndjson`, `.arrow`'];

describe('what a tired person gives', () => {
  beforeAll(() => {
    for (const folder of ['folder', 'folder.parquet']) mkdirSync(project.path(folder));
    project.write({ 'empty.csv': '', 'rows.xls': 'x', taken: 'x', 'text.parquet': 'nothing of this kind' });
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['no OUT', predict('net2', 'all.parquet'), ['`mlp predict` needs the file to write', '-o all-predicted.parquet']],
    ['no OUT', ['export', 'p.mlp', 'all'], ['`mlp export` needs the file to write', '-o all.parquet']],
    ['OUT without an extension', predict('net2', 'all.parquet', '-o', 'out'), ['needs an extension', ...TABLES]],
    ['OUT without an extension', ['export', 'p.mlp', 'all', '-o', 'out'], ['needs an extension', ...TABLES]],
    ['OUT with another extension', predict('net2', 'all.parquet', '-o', 'out.xls'), ['cannot be written as `.xls`', ...TABLES]],
    ['OUT with another extension', ['export', 'p.mlp', 'trees2', '-o', 'trees.pkl'], ['cannot be written as `.pkl`', '`.ubj`, `.json`']],
    ['OUT of a network as a file', ['export', 'p.mlp', 'net2', '-o', 'net.json'], ['is written as a folder', '-o net2/']],
    ['OUT of a network where a file is', ['export', 'p.mlp', 'net2', '-o', 'taken'], ['taken is a file']],
    ['OUT in a folder that is not there', predict('net2', 'all.parquet', '-o', 'none/out.csv'), ['there is no folder none']],
    ['OUT in a folder that is not there', ['export', 'p.mlp', 'all', '-o', 'none/out.csv'], ['there is no folder none']],
    ['OUT is a folder', predict('net2', 'all.parquet', '-o', 'folder.parquet'), ['folder.parquet is a folder', 'name a file in it']],
    ['OUT is a folder', ['export', 'p.mlp', 'all', '-o', 'folder.parquet'], ['folder.parquet is a folder', 'name a file in it']],
    ['no INPUT', predict('net2', '-o', 'out.csv'), ['needs FILE MODEL INPUT']],
    ['INPUT is not there', predict('net2', 'none.parquet', '-o', 'out.csv'), ['none.parquet cannot be used: there is no such file']],
    ['INPUT is a folder', predict('net2', 'folder', '-o', 'out.csv'), ['folder cannot be used: it is a folder']],
    ['INPUT is empty', predict('net2', 'empty.csv', '-o', 'out.csv'), ['`empty.csv` is empty']],
    ['INPUT with another extension', predict('net2', 'rows.xls', '-o', 'out.csv'), ['rows are not read from `.xls`', '`.parquet`, `.csv`']],
    ['INPUT is not what its name says', predict('net2', 'text.parquet', '-o', 'out.csv'), ['`text.parquet` is not a Parquet file']],
    ['MODEL and INPUT change places', predict('all.parquet', 'net2', '-o', 'out.csv'), ['there is no file net2, but one called all.parquet', '`mlp predict p.mlp net2 all.parquet`']],
    ['MODEL is unknown', predict('ned2', 'all.parquet', '-o', 'out.csv'), ['no step `ned2`', 'did you mean `net2`?']],
    ['MODEL is a table', predict('all', 'all.parquet', '-o', 'out.csv'), ['`all` is a table, which predicts nothing']],
    ['MODEL is a set of features', predict('x', 'all.parquet', '-o', 'out.csv'), ['`x` is a set of features, which predicts nothing']],
    ['--from is no source', predict('net2', 'all.parquet', '--from', 'all', '-o', 'out.csv'), ['`all` is a table, and `--from` takes a source', '`visits`']],
  ])('%s: %j', async (_, args, says) => {
    expectFailure(await mlp(...args), 1, says);
  });

  it('MODEL is not made', async () => {
    project.write({ 'more.mlp': 'import { x } from "./p.mlp"\nmodel other = logistic(x) { C: 0.25 }\n' });
    for (const args of [['predict', 'more.mlp', 'other', 'all.parquet', '-o', 'out.csv'], ['export', 'more.mlp', 'other', '-o', 'other.json']]) {
      expectFailure(await mlp(...args), 1, ['`other` has not been made', 'mlp apply more.mlp --target other']);
    }
  });

  it('a pipe that is closed at once ends the program quietly', async () => {
    const child = project.start(predict('net2', 'all.parquet', '-o', '-'));
    child.stdout?.destroy();
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect([code, said]).toEqual([0, '']);
  });
});
