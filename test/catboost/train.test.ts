import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Labelled } from '../../runtime/data/matrix.ts';
import { catboostBinary, catboostVersion } from '../../runtime/engines/catboost/convert.ts';
import { openCatboostPredictor } from '../../runtime/engines/catboost/predict.ts';
import { cleanCatboostError } from '../../runtime/engines/catboost/speak.ts';
import { trainCatboost, type CatboostRequest } from '../../runtime/engines/catboost/train.ts';
import { parsePythonPlace } from '../../runtime/providers/python-place.ts';
import type { RoundProgress } from '../../runtime/trainers/segments.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { makeLabelled } from '../support/make-labelled.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';

let library: string;
beforeAll(async () => {
  library = await engineLibrary('catboost');
});

const folder = mkdtempSync(join(tmpdir(), 'mlp-catboost-'));
afterAll(() => rmSync(folder, { recursive: true }));
const data = makeLabelled();
const validate = makeLabelled({ seed: 2, rows: 300 });
const DRAWN = { objective: 'Logloss', depth: 4, bootstrap_type: 'Bernoulli', subsample: 0.7, rsm: 0.7, learning_rate: 0.2 };

function train(request: Partial<CatboostRequest>) {
  return trainCatboost({
    library,
    scratch: join(folder, 'scratch'),
    train: data,
    parameters: { objective: 'Logloss', depth: 3 },
    rounds: 12,
    segment: 12,
    seed: () => 7,
    evalMetrics: [],
    threads: 1,
    checkpoint: memoryCheckpoint(),
    ...request,
  });
}

function digest({ model }: { readonly model: Uint8Array }): string {
  return createHash('sha256').update(model).digest('hex');
}

test.each([['one by one', 255], ['by statistics', 2]])('a category that is called nan is not a missing one: %s', async (_, oneHot) => {
  const levels = ['nan', 'nan_', 'c', 'd'];
  const codes = Uint8Array.from({ length: 400 }, (_value, row) => (row % 5 === 4 ? 255 : row % 5));
  const labelled: Labelled = {
    matrix: { rows: codes.length, features: [{ kind: 'category', name: 'city', codes, levels, oneHot: false }] },
    target: { kind: 'classes', classes: ['no', 'yes'], codes: codes.map((code) => (code === 255 ? 1 : 0)) },
  };
  const { model } = await train({ train: labelled, parameters: { objective: 'Logloss', depth: 2, one_hot_max_size: oneHot }, rounds: 30 });
  const said = openCatboostPredictor({ model, features: labelled.matrix.features, classes: 2 }).predict(labelled.matrix);
  for (const [row, code] of codes.entries()) expect((said[row] as number) > 0.5, `${row}`).toBe(code === 255);
});

describe('a run that was killed gives the bytes of one that was not', () => {
  const request: Partial<CatboostRequest> = { parameters: DRAWN, validate, evalMetrics: ['Logloss'], earlyStopping: { rounds: 12, metric: 'AUC' }, rounds: 60, snapshotSeconds: 0 };
  test.each([[[1]], [[9]], [[4, 4, 11]]])('killed in the rounds %j', async (kills) => {
    const whole = await train(request);
    expect(whole.rounds).toBeGreaterThan(11);
    expect(whole.rounds).toBeLessThan(60);
    const saved: Uint8Array[] = [];
    for (const kill of kills) {
      const onRound = ({ round }: RoundProgress) => {
        if (round === kill) throw new Error('killed');
      };
      await expect(train({ ...request, checkpoint: memoryCheckpoint(saved), onRound })).rejects.toThrow('killed');
    }
    expect(await train({ ...request, checkpoint: memoryCheckpoint(saved) })).toEqual(whole);
  });

  test('in its last round, and without early stopping', async () => {
    const plain: Partial<CatboostRequest> = { ...request, rounds: 10 };
    delete (plain as { earlyStopping?: unknown }).earlyStopping;
    const saved: Uint8Array[] = [];
    const onRound = ({ round }: RoundProgress) => {
      if (round === 10) throw new Error('killed');
    };
    await expect(train({ ...plain, checkpoint: memoryCheckpoint(saved), onRound })).rejects.toThrow('killed');
    expect(saved.length).toBeGreaterThan(0);
    expect(await train({ ...plain, checkpoint: memoryCheckpoint(saved) })).toEqual(await train(plain));
  });

  test('what is no checkpoint of ours is passed over, and nothing is left behind', async () => {
    const scratch = join(folder, 'other');
    const again = await train({ scratch, checkpoint: memoryCheckpoint([new Uint8Array([1, 2, 3])]) });
    expect(digest(again)).toBe(digest(await train({})));
    expect(existsSync(scratch)).toBe(false);
  });
});

test('a model says nothing of when, where and in how many threads it was trained', async () => {
  const text = new TextDecoder().decode((await train({ parameters: DRAWN, threads: 2 })).model);
  expect(text).toBe(new TextDecoder().decode((await train({ parameters: DRAWN, scratch: join(folder, 'elsewhere') })).model));
  expect(text).not.toMatch(/guid|finish_time|thread|snapshot|scratch|elsewhere/);
});

test("CatBoost's binary format is read by CatBoost, and says the same", async () => {
  const { model } = await train({ parameters: DRAWN });
  const path = join(folder, 'model.cbm');
  writeFileSync(path, await catboostBinary(library, model));
  const features = data.matrix.features.map((feature) => ({ ...feature }));
  const rows = Array.from({ length: 40 }, (_, row) =>
    ['age [years]', 'day', 'city'].map((name) => {
      const feature = features.find((one) => one.name === name)!;
      return feature.kind === 'numeric' ? (feature.values[row] as number) : (feature.levels[feature.codes[row] as number] ?? 'nan');
    }),
  );
  const program = fileURLToPath(new URL('../../runtime/engines/catboost/catboost-program.py', import.meta.url));
  const script = `
import json, sys
source = open(${JSON.stringify(program)}).read().rsplit("main()", 1)[0]
sys.argv[1:] = ${JSON.stringify(parsePythonPlace(library).folders)}
exec(source)
catboost = import_catboost()
model = catboost.CatBoost().load_model(${JSON.stringify(path)})
rows = [[float("nan") if value is None else value for value in row] for row in json.loads(sys.stdin.read())]
print(json.dumps([model.feature_names_, model.predict(catboost.Pool(rows, cat_features=[2]), prediction_type="Probability")[:, 1].tolist()]))
`;
  const child = spawn(parsePythonPlace(library).program, ['-I', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(rows));
  let said = '';
  for await (const chunk of child.stdout) said += String(chunk);
  const [names, values] = JSON.parse(said) as [string[], number[]];
  expect(names).toEqual(['age [years]', 'day', 'city']);
  const own = openCatboostPredictor({ model, features, classes: 2 }).predict(data.matrix);
  values.forEach((value, row) => expect(Math.abs(value - (own[row] as number))).toBeLessThan(1e-9));
});

describe('what goes wrong is told', () => {
  test.each([
    ['one class', { train: { ...data, target: { kind: 'classes', classes: ['a', 'b'], codes: new Uint8Array(600) } } satisfies Labelled }, /^CatBoost: Target contains only one unique value/],
    ['no rows', { train: makeLabelled({ rows: 0 }) }, /no rows/],
    ['one class to validate on', { validate: { ...validate, target: { kind: 'classes', classes: ['a', 'b'], codes: new Uint8Array(300) } } satisfies Labelled, evalMetrics: ['AUC'] }, /AUC/],
    ['an infinite target', { train: { ...data, target: { kind: 'numbers', values: new Float64Array(600).fill(Infinity) } } satisfies Labelled }, /infinite/],
    ['constraints on categories', { parameters: { objective: 'Logloss', monotone_constraints: '[0,1,0]' } }, /^CatBoost: .*monotone/i],
  ])('%s', async (_, request, message) => {
    await expect(train(request as Partial<CatboostRequest>)).rejects.toThrow(message);
  });

  test('a process that crashes, with its last words; a Python that is not there', async () => {
    const fake = join(folder, 'python');
    writeFileSync(fake, '#!/bin/sh\necho "something broke" >&2\nkill -SEGV $$\n');
    chmodSync(fake, 0o755);
    await expect(catboostVersion(fake)).rejects.toThrow(/SIGSEGV.*its last words: something broke/);
    await expect(catboostVersion(join(folder, 'none'))).rejects.toThrow(/does not start/);
  });

  test('places in C++ are left out', () => {
    expect(cleanCatboostError('/src/catboost/catboost/private/libs/target/target_converter.cpp:404: Target is bad. ')).toBe('CatBoost: Target is bad');
  });
});

test('CatBoost ends with the process that started it', async () => {
  const { program, folders } = parsePythonPlace(library);
  const file = fileURLToPath(new URL('../../runtime/engines/catboost/catboost-program.py', import.meta.url));
  const child = spawn(program, ['-I', file, ...folders], { stdio: ['pipe', 'pipe', 'ignore'] });
  const rows = 20_000;
  const values = Float32Array.from({ length: rows }, (_, row) => Math.sin(row * row));
  child.stdin.write(`${JSON.stringify({ task: 'train', best: false, parameters: { iterations: 100_000, loss_function: 'RMSE', logging_level: 'Silent', allow_writing_files: false }, train: { rows, numbers: ['x'], categories: [], weighted: false, ranked: false }, validate: null })}\n`);
  child.stdin.write(new Uint8Array(values.buffer));
  child.stdin.write(new Uint8Array(values.buffer));
  await once(child.stdout, 'data');
  // It waits for a reply, which never comes.
  child.stdin.destroy();
  expect(await once(child, 'exit')).toEqual([1, null]);
});
