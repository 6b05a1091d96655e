import type { Column } from '../../data/columns.ts';
import type { Feature } from '../../data/matrix.ts';
import { MISSING_CATEGORY, type CatboostModel, type Statistic, type StatisticElement } from './model.ts';
import { addToHash, openStatistic } from './statistics.ts';

/**
 * The conditions of a model's trees, as columns of small numbers: a condition holds where its column is above its
 * threshold. They are filled for a block of rows at a time.
 */
export interface Conditions {
  /** By the trees' numbers of conditions. */
  readonly column: Int32Array;
  readonly threshold: Int32Array;
  readonly columns: readonly Uint16Array[];
  /** Fills the columns for the rows from \x60start\x60, \x60count\x60 of them. */
  readonly fill: (data: readonly Column[], start: number, count: number) => void;
}

/** Fills columns. */
type Filler = Conditions['fill'];

/** Prepares a model's conditions for rows of some features, in blocks of at most so many rows. */
export function openConditions(model: CatboostModel, features: readonly Feature[], block: number): Conditions {
  const { float_features: floats = [], categorical_features: categories = [], ctrs = [] } = model.features_info;
  const order = flatOrder(features);
  const column: number[] = [];
  const threshold: number[] = [];
  const columns: Uint16Array[] = [];
  const add = (thresholds: number): Uint16Array => {
    for (let k = 0; k < thresholds; k++) {
      column.push(columns.length);
      threshold.push(k);
    }
    columns.push(new Uint16Array(block));
    return columns.at(-1) as Uint16Array;
  };
  const numbers = new Map(floats.map((one) => [one.feature_index, { place: order[one.flat_feature_index] ?? -1, highest: one.nan_value_treatment === 'AsTrue' }]));
  const hashes = categoryHashes(model);
  const known = new Map(categories.map((one) => [one.feature_index, openCategory(features, order[one.flat_feature_index] ?? -1, hashes)]));
  const fillers: Filler[] = [
    ...floats.map((one) => fillNumber(numbers.get(one.feature_index)!, Float32Array.from(one.borders), add(one.borders.length))),
    ...categories.flatMap((one) => (one.values ?? []).map((hash) => fillEqual(known.get(one.feature_index)!, hash, add(1)))),
  ];
  const statistics = ctrs.map((statistic): Filling => ({ statistic, into: add(statistic.borders.length) }));
  for (const alike of groupAlike(statistics)) fillers.push(fillStatistics(model, alike, openDigits(alike, { numbers, known })));
  return {
    column: Int32Array.from(column),
    threshold: Int32Array.from(threshold),
    columns,
    fill: (data, start, count) => {
      for (const fill of fillers) fill(data, start, count);
    },
  };
}

/** Which of the features is which to the model: numbers come before categories there. */
export function flatOrder(features: readonly Feature[]): number[] {
  const ofKind = (kind: Feature['kind']): number[] => features.flatMap((feature, index) => (feature.kind === kind ? [index] : []));
  return [...ofKind('numeric'), ...ofKind('category')];
}

/** A number among the features; missing values stand above all others or below. */
interface NumberPlace {
  readonly place: number;
  readonly highest: boolean;
}

/** A category among the features: the hash, signed, of each of its levels, then of a missing value; `undefined` for what training did not see. */
interface Category {
  readonly place: number;
  readonly hashes: readonly (number | undefined)[];
}

function categoryHashes({ features_info: { cat_features_hash: pairs = [] } }: CatboostModel): ReadonlyMap<string, number> {
  return new Map(pairs.map(({ hash, value }) => [value, hash | 0]));
}

function openCategory(features: readonly Feature[], place: number, hashes: ReadonlyMap<string, number>): Category {
  const feature = features[place];
  if (feature?.kind !== 'category') throw new Error('the model has other features than the rows');
  return { place, hashes: [...feature.levels, MISSING_CATEGORY].map((level) => hashes.get(level)) };
}

function fillNumber({ place, highest }: NumberPlace, borders: Float32Array, into: Uint16Array): Filler {
  const single = new Float32Array(1);
  return (data, start, count) => {
    const { values } = data[place] as Column;
    for (let row = 0; row < count; row++) {
      single[0] = values[start + row] as number;
      const value = single[0];
      let low = 0;
      let high = borders.length;
      if (Number.isNaN(value)) low = highest ? high : 0;
      else {
        while (low < high) {
          const middle = (low + high) >> 1;
          if (value > (borders[middle] as number)) low = middle + 1;
          else high = middle;
        }
      }
      into[row] = low;
    }
  };
}

function fillEqual({ place, hashes }: Category, hash: number, into: Uint16Array): Filler {
  const equal = Uint8Array.from(hashes, (one) => (one === hash ? 1 : 0));
  return (data, start, count) => {
    const { values } = data[place] as Column;
    for (let row = 0; row < count; row++) into[row] = equal[Math.min(values[start + row] as number, equal.length - 1)] as number;
  };
}

/** A statistic, and the column for its value. */
interface Filling {
  readonly statistic: Statistic;
  readonly into: Uint16Array;
}

/** The statistics that count the same combinations. */
function groupAlike(fillings: readonly Filling[]): Filling[][] {
  const groups = new Map<string, Filling[]>();
  for (const filling of fillings) {
    const name = JSON.stringify(filling.statistic.elements);
    groups.set(name, [...(groups.get(name) ?? []), filling]);
  }
  return [...groups.values()];
}

/** One of the things that make a combination: which of several it is in a row, and what is hashed of each. */
interface Digit {
  readonly of: (data: readonly Column[], row: number) => number;
  readonly hashed: readonly (number | undefined)[];
}

/** In the order in which CatBoost hashes them: categories, numbers, single categories. */
const ELEMENT_ORDER: readonly StatisticElement['combination_element'][] = ['cat_feature_value', 'float_feature', 'cat_feature_exact_value'];

function openDigits([first]: readonly Filling[], { numbers, known }: { readonly numbers: ReadonlyMap<number, NumberPlace>; readonly known: ReadonlyMap<number, Category> }): Digit[] {
  const elements = ELEMENT_ORDER.flatMap((kind) => (first?.statistic.elements ?? []).filter((one) => one.combination_element === kind));
  return elements.map((element): Digit => {
    if (element.combination_element === 'float_feature') {
      const { place, highest } = numbers.get(element.float_feature_index)!;
      const border = Math.fround(element.border);
      const above = (value: number): boolean => (Number.isNaN(value) ? highest : Math.fround(value) > border);
      return { of: (data, row) => (above(data[place]?.values[row] as number) ? 1 : 0), hashed: [0, 1] };
    }
    const { place, hashes } = known.get(element.cat_feature_index)!;
    const code = (data: readonly Column[], row: number): number => Math.min(data[place]?.values[row] as number, hashes.length - 1);
    if (element.combination_element === 'cat_feature_value') return { of: code, hashed: hashes };
    return { of: (data, row) => (hashes[code(data, row)] === element.value ? 1 : 0), hashed: [0, 1] };
  });
}

/** Combinations whose statistics are remembered. */
const REMEMBERED = 2 ** 18;

function fillStatistics(model: CatboostModel, fillings: readonly Filling[], digits: readonly Digit[]): Filler {
  const statistics = fillings.map(({ statistic }) => ({ of: openStatistic(model, statistic), borders: Float32Array.from(statistic.borders) }));
  const look = (found: readonly number[]): number[] => {
    let hash: bigint | undefined = 0n;
    digits.forEach(({ hashed }, index) => {
      const one = hashed[found[index] as number];
      hash = hash === undefined || one === undefined ? undefined : addToHash(hash, one);
    });
    return statistics.map(({ of, borders }) => {
      const value = of(hash);
      return borders.reduce((above, border) => above + (value > border ? 1 : 0), 0);
    });
  };
  const places = digits.reduce((product, { hashed }) => product * hashed.length, 1);
  const met = new Map<number | string, number[]>();
  const found = digits.map(() => 0);
  return (data, start, count) => {
    for (let row = 0; row < count; row++) {
      let key: number | string = 0;
      for (let index = 0; index < digits.length; index++) {
        const digit = (digits[index] as Digit).of(data, start + row);
        found[index] = digit;
        key = key * (digits[index] as Digit).hashed.length + digit;
      }
      if (places > Number.MAX_SAFE_INTEGER) key = found.join();
      let bins = met.get(key);
      if (bins === undefined) {
        if (met.size >= REMEMBERED) met.clear();
        bins = look(found);
        met.set(key, bins);
      }
      for (let index = 0; index < fillings.length; index++) (fillings[index] as Filling).into[row] = bins[index] as number;
    }
  };
}
