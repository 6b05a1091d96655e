import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApplyOptions, ApplyResult, SessionOptions } from '../../apps/session/session.ts';
import { diagnose } from '../../grammar/index.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { digest, edited, records } from './example.ts';
import { aWarning, runFake, unknownColumn, wrongText, type FakeSession } from './fake.ts';

const FILE = 'pipelines/flights.mlp';
const wrong: FakeSession = { diagnostics: [unknownColumn], text: wrongText };
const pending: FakeSession = { preview: edited };

interface Case {
  readonly argv: string;
  readonly fake?: FakeSession;
  readonly code: number;
  readonly out?: string | RegExp;
  readonly err?: string | RegExp;
}

const done: ApplyResult = { state: 'done', seconds: 1.5, ran: 2, cached: 9, failed: 0, damaged: false, refused: false, records };
const applying = (result: Partial<ApplyResult>): FakeSession => ({ ...pending, apply: () => Promise.resolve({ ...done, ...result }) });

const cases: readonly Case[] = [
  { argv: '--help', code: 0, out: /Examples:\n {2}mlp plan/ },
  { argv: '', code: 0, out: /Commands:/ },
  { argv: '--version', code: 0, out: /^\d+\.\d+\.\d+\n$/ },
  { argv: 'help why', code: 0, out: /mlp why pipelines\/flights\.mlp gbm/ },
  { argv: 'show --help', code: 0, out: /Global Options:/ },
  { argv: 'plna x', code: 1, err: 'error[usage]: unknown command `plna`\n  = did you mean `plan`?\n' },
  { argv: `plan ${FILE} --exitcode`, code: 1, err: /did you mean `--exit-code`\?/ },
  { argv: `plan ${FILE} --jsn`, code: 1, err: /did you mean `--json`\?/ },
  { argv: 'plan', code: 1, err: /`mlp plan` needs FILE\|PLAN\n/ },
  { argv: 'lsp x --deploy', code: 1, err: /`mlp lsp` is not part of this version/ },
  { argv: 'watch x --deploy', code: 1, err: /unknown option `--deploy`/ },
  { argv: 'doctor here', code: 1, err: /`mlp doctor` takes no argument, and no more/ },
  { argv: 'docter', code: 1, err: /did you mean `doctor`\?/ },
  { argv: 'inti', code: 1, err: /did you mean `init`\?/ },
  { argv: 'wach x', code: 1, err: /did you mean `watch`\?/ },
  { argv: `watch ${FILE} --job 2`, code: 1, err: /did you mean `--jobs`\?/ },
  { argv: `plan ${FILE} -o saved.MLP`, code: 1, err: /`-o saved\.MLP` names a pipeline\n.*such as `saved\.plan`/ },
  { argv: `plan ${FILE} -o nowhere/saved`, code: 1, err: /there is no folder nowhere to write into/ },
  { argv: `plan ${FILE} --param eta`, code: 1, err: /takes NAME=VALUE, found `eta`/ },
  { argv: `apply ${FILE} --memory lots`, fake: applying({}), code: 1, err: /`--memory` takes a size, found `lots`/ },
  { argv: `apply ${FILE} --jobs 0`, fake: applying({}), code: 1, err: /`--jobs` takes a whole number from 1/ },
  { argv: `check ${FILE}`, code: 0, out: '1 file checked\n' },
  { argv: `check ${FILE}`, fake: { diagnostics: [aWarning] }, code: 0, out: '1 file checked: 1 warning\n', err: /document-nothing/ },
  { argv: `check ${FILE}`, fake: wrong, code: 1, out: '1 file checked: 1 error\n', err: /flights\.mlp:2:8\n[^]*\^{8} did you mean `distance`\?/ },
  { argv: `check ${FILE} --quiet`, code: 0, out: '' },
  { argv: `plan ${FILE}`, fake: wrong, code: 1, out: '', err: /unknown-column/ },
  { argv: `plan ${FILE}`, code: 0, out: /Nothing to do: all 11 steps are cached/ },
  { argv: `plan ${FILE} --exit-code`, code: 0 },
  { argv: `plan ${FILE}`, fake: pending, code: 0, out: /eta 0\.1 → 0\.05/ },
  { argv: `plan ${FILE} --exit-code`, fake: pending, code: 2 },
  { argv: `why ${FILE} gbm`, code: 0, out: /cached: the result of this key was made 2026-01-31 12:30:05 UTC in 12 s/ },
  { argv: `why ${FILE} gmb`, code: 1, err: /did you mean `gbm`\?/ },
  { argv: `show ${FILE}`, code: 0, out: /chose gbm/ },
  { argv: `show ${FILE} GBM`, code: 0, out: /Importance/ },
  { argv: `show ${FILE} gbm`, fake: pending, code: 1, err: '`gbm` has not been made yet' },
  { argv: `show ${FILE} gbm`, fake: pending, code: 1, err: 'make it with `mlp apply pipelines/flights.mlp --target gbm`' },
  { argv: `show ${FILE} flights.quarntine`, code: 1, err: /`flights` has no part `quarntine`\n.*did you mean `quarantine`\?/ },
  { argv: `show ${FILE} champion.latency[0]`, code: 0, out: /p99 {2}120 µs/ },
  { argv: `export ${FILE} gbm`, code: 1, err: /needs the file to write/ },
  { argv: `export ${FILE} gbm -o out.csv`, code: 1, err: /`gbm` is a model of xgboost and cannot be written as `\.csv`\n.*`\.ubj`, `\.json`/ },
  { argv: `export ${FILE} legs -o legs`, code: 1, err: /needs an extension/ },
  { argv: `export ${FILE} scores -o nowhere/s.json`, code: 1, err: /there is no folder nowhere to write into/ },
  { argv: `apply ${FILE}`, fake: applying({}), code: 0, out: /Done in 1\.5 s: 2 ran, 9 cached/ },
  { argv: `apply ${FILE}`, fake: applying({ state: 'failed', failed: 1 }), code: 3, out: /Failed after/ },
  { argv: `apply ${FILE}`, fake: applying({ state: 'cancelled' }), code: 130, out: /Cancelled after .*what was finished is kept/ },
  { argv: `apply ${FILE}`, fake: applying({ state: 'failed', damaged: true }), code: 5 },
  { argv: `apply ${FILE} --quiet`, fake: applying({}), code: 0, out: '' },
];

describe('command lines', () => {
  for (const { argv, fake, code, out, err } of cases) {
    it(`mlp ${argv} → ${code}`, async () => {
      const outcome = await runFake(argv === '' ? [] : argv.split(' '), fake);
      if (typeof out === 'string') expect(outcome.out).toBe(out);
      if (out instanceof RegExp) expect(outcome.out).toMatch(out);
      if (typeof err === 'string') expect(outcome.err).toContain(err);
      if (err instanceof RegExp) expect(outcome.err).toMatch(err);
      expect(outcome.err).not.toMatch(/\n\s+at /);
      expect(outcome.code).toBe(code);
    });
  }

  it('hands the flags on to the session, and closes it', async () => {
    const opened: SessionOptions[] = [];
    const argv = ['-C', 'sub', 'plan', 'f.mlp', '--store', 's', '--param', 'a=1=2', '--param', 'b=', '--target', 'x', '--target', 'y'];
    const cwd = mkdtempSync(join(tmpdir(), 'mlp-cli-'));
    mkdirSync(join(cwd, 'sub'));
    const outcome = await runFake(argv, { onOpen: (options) => opened.push(options) }, cwd);
    rmSync(cwd, { recursive: true });
    expect(opened).toEqual([{ folder: join(cwd, 'sub'), store: join(cwd, 'sub', 's'), params: { a: '1=2', b: '' }, targets: ['x', 'y'] }]);
    expect(outcome.closed).toBe(true);
  });
});

describe('failures under --json', () => {
  it('are diagnostics with places, on standard output', async () => {
    const outcome = await runFake(['plan', FILE, '--json'], wrong);
    expect(outcome.code).toBe(1);
    expect(outcome.err).toBe('');
    expect(outcome.json()).toEqual({
      diagnostics: [
        { code: 'unknown-column', severity: 'error', message: '`legs` has no column `distnace`', file: FILE, start: { line: 2, column: 8 }, end: { line: 2, column: 16 }, hint: 'did you mean `distance`?' },
      ],
    });
  });

  it('also where the arguments are wrong', async () => {
    expect((await runFake(['plna', '--json'])).json()).toMatchObject({ diagnostics: [{ code: 'usage', severity: 'error' }] });
  });

  it('also where the store is damaged', async () => {
    const error = new StoreError(diagnose('store-damaged', undefined, { file: 'objects/ab', problem: 'is cut short', aside: undefined }), 5);
    const outcome = await runFake(['apply', FILE, '--json'], { apply: () => Promise.reject(error) });
    expect(outcome.code).toBe(5);
    expect(outcome.json()).toMatchObject({ diagnostics: [{ code: 'store-damaged' }] });
  });

  it('never show a stack trace, but with --debug', async () => {
    const broken: FakeSession = { ...pending, apply: () => Promise.reject(new TypeError('x is not a function')) };
    const plain = await runFake(['apply', FILE], broken);
    expect(plain.code).toBe(1);
    expect(plain.err).toMatch(/error\[unexpected\]: mlp itself went wrong: x is not a function/);
    expect(plain.err).not.toMatch(/\n\s+at /);
    expect((await runFake(['apply', FILE, '--debug'], broken)).err).toMatch(/\n\s+at /);
  });
});

describe('apply', () => {
  const time = '2026-01-31T12:00:00.000Z';
  const failing = (options: ApplyOptions): Promise<ApplyResult> => {
    options.onEvent({ time, event: 'step-start', name: 'gbm', key: digest('k'), threads: 2 });
    options.onEvent({ time, event: 'step-progress', name: 'gbm', round: 1, rounds: 3, metrics: { auc: 0.5, log_loss: Infinity } });
    const error = diagnose('step-failed', { file: FILE, start: 9, end: 13 }, { step: 'gbm', reason: 'there are no rows' });
    options.onEvent({ time, event: 'step-end', name: 'gbm', state: 'failed', seconds: 2, outputs: {}, error, stack: 'Error\n    at somewhere' });
    return Promise.resolve({ ...done, state: 'failed', failed: 1 });
  };

  it('prints one event a line under --json, errors with their places', async () => {
    const { out, code } = await runFake(['apply', FILE, '--json'], { ...pending, text: wrongText, apply: failing });
    const lines = out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(3);
    expect(lines.map(({ event }) => event)).toEqual(['step-start', 'step-progress', 'step-end']);
    expect(lines[1]).toMatchObject({ metrics: { auc: 0.5, log_loss: 'Infinity' } });
    expect(lines[2]).toMatchObject({ state: 'failed', error: { code: 'step-failed', file: FILE, start: { line: 2, column: 3 } } });
    expect(lines[2]).not.toHaveProperty('stack');
  });

  it('shows the errors of failed steps with their places to people', async () => {
    const { err, out } = await runFake(['apply', FILE], { ...pending, text: wrongText, apply: failing });
    expect(out).toMatch(/✗ gbm .* 2\.0 s {2}there are no rows/);
    expect(err).toMatch(/error\[step-failed\]: `gbm` failed: there are no rows\n.*flights\.mlp:2:3/);
  });

  it('cancels at Ctrl-C and says what is kept', async () => {
    const apply = (options: ApplyOptions, interrupt: () => void): Promise<ApplyResult> => {
      interrupt();
      return Promise.resolve({ ...done, state: options.signal?.aborted === true ? 'cancelled' : 'done' });
    };
    const { code, out } = await runFake(['apply', FILE], { ...pending, apply });
    expect(code).toBe(130);
    expect(out).toMatch(/cancelling: what is finished is kept/);
  });
});

describe('files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mlp-cli-'));
    writeFileSync(join(folder, 'package.json'), '{}');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const untidy = 'source   rows = csv("data.csv") // kept\n';
  const tidy = 'source rows = csv("data.csv") // kept\n';

  it('fmt lays out the project, keeps modes, and leaves what is laid out alone', async () => {
    writeFileSync(join(folder, 'a.mlp'), untidy);
    writeFileSync(join(folder, 'b.mlp'), tidy);
    chmodSync(join(folder, 'a.mlp'), 0o640);
    const before = statSync(join(folder, 'b.mlp')).ino;
    expect(await runFake(['fmt', '--check'], {}, folder)).toMatchObject({ code: 1, out: 'a.mlp\n' });
    expect(readFileSync(join(folder, 'a.mlp'), 'utf8')).toBe(untidy);
    expect(await runFake(['fmt'], {}, folder)).toMatchObject({ code: 0, out: 'a.mlp\n', err: '1 of 2 files changed\n' });
    expect(readFileSync(join(folder, 'a.mlp'), 'utf8')).toBe(tidy);
    expect(statSync(join(folder, 'a.mlp')).mode & 0o777).toBe(0o640);
    expect(statSync(join(folder, 'b.mlp')).ino).toBe(before);
    expect(await runFake(['fmt', '--check'], {}, folder)).toMatchObject({ code: 0, out: '' });
    expect(readdirSync(folder).sort()).toEqual(['a.mlp', 'b.mlp', 'package.json']);
  });

  it('fmt leaves files with syntax errors untouched', async () => {
    writeFileSync(join(folder, 'a.mlp'), 'source rows = csv("data.csv"\n');
    const { code, err } = await runFake(['fmt', 'a.mlp'], {}, folder);
    expect(code).toBe(1);
    expect(err).toMatch(/a\.mlp:1/);
    expect(readFileSync(join(folder, 'a.mlp'), 'utf8')).toBe('source rows = csv("data.csv"\n');
  });

  it('fmt never writes back what is not text, and replaces what a link points to', async () => {
    const bytes = Buffer.from([0x73, 0xff, 0xfe, 0x0a]);
    writeFileSync(join(folder, 'binary.mlp'), bytes);
    writeFileSync(join(folder, 'real.txt'), untidy);
    symlinkSync('real.txt', join(folder, 'link.mlp'));
    const { code, err } = await runFake(['fmt', 'binary.mlp', 'link.mlp'], {}, folder);
    expect(code).toBe(1);
    expect(err).toMatch(/binary\.mlp.*it is not UTF-8 text/);
    expect(readFileSync(join(folder, 'binary.mlp'))).toEqual(bytes);
    expect(lstatSync(join(folder, 'link.mlp')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'real.txt'), 'utf8')).toBe(tidy);
  });

  it('fmt says which file is missing', async () => {
    const { code, err } = await runFake(['fmt', 'nothing.mlp'], {}, folder);
    expect(code).toBe(1);
    expect(err).toMatch(/cannot read `nothing\.mlp`: there is no such file/);
  });

  it('export writes whole files or none', async () => {
    const store = { readBlob: () => Promise.resolve(new TextEncoder().encode('the model')) };
    expect(await runFake(['export', FILE, 'gbm', '-o', 'gbm.ubj'], { store }, folder)).toMatchObject({ code: 0, out: 'gbm.ubj: gbm, 9 B\n' });
    expect(readFileSync(join(folder, 'gbm.ubj'), 'utf8')).toBe('the model');
    const broken = { readBlob: () => Promise.reject(new Error('the blob is gone')) };
    expect((await runFake(['export', FILE, 'gbm', '-o', 'gbm.ubj'], { store: broken }, folder)).code).toBe(1);
    expect(readFileSync(join(folder, 'gbm.ubj'), 'utf8')).toBe('the model');
    expect((await runFake(['export', FILE, 'scores', '-o', 'scores.json', '--json'], { store }, folder)).json()).toMatchObject({ name: 'scores', out: 'scores.json' });
    expect(JSON.parse(readFileSync(join(folder, 'scores.json'), 'utf8'))).toHaveProperty('models.gbm.parts.test.metrics.auc', 0.70211);
    expect(readdirSync(folder).sort()).toEqual(['gbm.ubj', 'package.json', 'scores.json']);
  });
});
