import type { Labelled } from '../../runtime/data/matrix.ts';
import { chances } from './chances.ts';

export interface MakeOptions {
  readonly rows?: number;
  readonly seed?: number;
  /** Without numbers of many values, so that rows repeat. */
  readonly discrete?: boolean;
  readonly classes?: number;
}

/** The same rows as a ranking: queries of a few rows each, one after another; classes are grades of relevance. */
export function makeRanked(options: MakeOptions = {}): Labelled {
  const made = makeLabelled(options);
  if (made.target.kind !== 'classes') throw new Error('the target has classes');
  const random = chances((options.seed ?? 1) + 1000);
  let query = 0;
  const queries = Uint32Array.from(made.target.codes, () => (random() < 0.15 ? ++query : query));
  return { ...made, target: { kind: 'numbers', values: Float64Array.from(made.target.codes), queries } };
}

/** Rows with numbers, categories and missing values whose class depends on them. */
export function makeLabelled(options: MakeOptions = {}): Labelled {
  const { rows = 600, seed = 1, discrete = false, classes = 2 } = options;
  const random = chances(seed);
  const age = new Float64Array(rows);
  const city = new Uint8Array(rows);
  const day = new Uint8Array(rows);
  const codes = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    age[row] = random() < 0.1 ? NaN : discrete ? Math.floor(random() * 3) : random() * 80;
    city[row] = random() < 0.05 ? 255 : Math.floor(random() * 6);
    day[row] = Math.floor(random() * 4);
    const signal = (Number.isNaN(age[row]) ? 1 : (age[row] as number) / (discrete ? 2 : 60)) + (city[row] === 2 ? 1 : 0) + random();
    codes[row] = Math.min(classes - 1, Math.floor((signal / 3) * classes));
  }
  const levels = ['a', 'b', 'c', 'd', 'e', 'f'];
  return {
    matrix: {
      rows,
      features: [
        { kind: 'numeric', name: 'age [years]', values: age },
        { kind: 'category', name: 'city', codes: city, levels, oneHot: false },
        { kind: 'numeric', name: 'day', values: day },
      ],
    },
    target: { kind: 'classes', classes: Array.from({ length: classes }, (_, k) => `class ${k}`), codes },
  };
}
