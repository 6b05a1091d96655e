import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arithmeticOf, INEXACT, type Arithmetic } from '../../runtime/arithmetic.ts';
import { registry } from '../../stdlib/index.ts';
import { PROJECT } from '../support/compile.ts';

/** A function that differs in the last digit of a few of its values, as another implementation does. */
function nudged(name: (typeof INEXACT)[number]): Arithmetic {
  let calls = 0;
  const changed = (...given: [number, number]): number => {
    const value = Math[name](...given);
    calls += 1;
    return calls % 50 === 0 ? value * (1 + Number.EPSILON) : value;
  };
  return Object.assign(Object.create(Math) as Arithmetic, { [name]: changed });
}

/** Files of a folder that may be part of a step. */
function sources(folder: string): string[] {
  const entries = readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' });
  return entries.filter((entry) => entry.endsWith('.ts')).map((entry) => join(PROJECT, folder, entry));
}

describe('how JavaScript rounds', () => {
  it('has one name wherever it is asked', () => {
    expect(arithmeticOf()).toBe(arithmeticOf());
    expect(arithmeticOf()).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each(INEXACT)('has another where `%s` differs in the last digit', (name) => {
    expect(arithmeticOf(nudged(name))).not.toBe(arithmeticOf());
  });

  it('looks at every function that is used and that the standard leaves inexact', () => {
    // `log2` bounds memory, and its last digits are in no result.
    const exact = ['abs', 'ceil', 'floor', 'fround', 'imul', 'log2', 'max', 'min', 'round', 'sign', 'sqrt', 'trunc'];
    const used = new Set<string>();
    for (const path of [...sources('stdlib'), ...sources('runtime')]) {
      for (const [, name] of readFileSync(path, 'utf8').matchAll(/\bMath\.([a-z]\w*)/g)) if (name !== undefined) used.add(name);
    }
    expect([...used].filter((name) => !exact.includes(name) && !(INEXACT as readonly string[]).includes(name))).toEqual([]);
  });

  it('is in the keys of what computes with it', () => {
    const kinds = [...registry.values()].filter((kind) => kind.arithmetic === true).map((kind) => kind.name);
    expect(kinds.sort()).toEqual(['adjust', 'catboost', 'cnn', 'evaluate', 'extra_trees', 'lightgbm', 'linear', 'logistic', 'mlp', 'network', 'random_forest', 'rnn', 'xgboost']);
  });
});
