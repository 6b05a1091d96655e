import type { Column } from '../../data/columns.ts';
import type { Feature } from '../../data/matrix.ts';
import { missingCategory, type CatboostModel, type Statistic, type StatisticElement } from './model.ts';
import { addToHash, openStatistic } from './statistics.ts';

/** The most thresholds of a column, so that its numbers leave the top bit of their bytes free. */
export const MOST_THRESHOLDS = 127;

/**
 * The conditions of a model's trees, as columns of numbers up to 127: a condition holds where its column is above its
 * threshold, that is where their sum with 127 − threshold has its top bit, which four rows are asked for together. They
 * are filled for a block of rows at a time.
 */
export interface Conditions {
  /** By the trees' numbers of conditions. */
  readonly column: Int32Array;
  readonly threshold: Int32Array;
  readonly columns: readonly Uint8Array[];
  /** The same memory, four rows a number. */
  readonly words: readonly Int32Array[];
  /** Fills the columns for the rows from \x60start\x60, \x60count\x60 of them. */
  readonly fill: (data: readonly Column[], start: number, count: number) => void;
}

/** Fills columns. */
type Filler = Conditions['fill'];

/** Columns that hold one number together: the first up to 127 of it, the next what is more, and so on. */
type Column8s = readonly Uint8Array[];

/** Puts a number into its columns. */
function put(into: Column8s, row: number, value: number): void {
  for (let k = 0; k < into.length; k++) (into[k] as Uint8Array)[row] = columnPart(value, k);
}

/** What of a number stands in its column number `k`. */
function columnPart(value: number, k: number): number {
  const rest = value - k * MOST_THRESHOLDS;
  return rest < 0 ? 0 : rest > MOST_THRESHOLDS ? MOST_THRESHOLDS : rest;
}

/** Prepares a model's conditions for rows of some features, in blocks of at most so many rows. */
export function openConditions(model: CatboostModel, features: readonly Feature[], block: number): Conditions {
  const { float_features: floats = [], categorical_features: categories = [], ctrs = [] } = model.features_info;
  const order = flatOrder(features);
  const column: number[] = [];
  const threshold: number[] = [];
  const columns: Uint8Array[] = [];
  const add = (thresholds: number): Column8s => {
    const own = Array.from({ length: Math.ceil(thresholds / MOST_THRESHOLDS) }, () => new Uint8Array(Math.ceil(block / 4) * 4));
    for (let k = 0; k < thresholds; k++) {
      column.push(columns.length + Math.floor(k / MOST_THRESHOLDS));
      threshold.push(k % MOST_THRESHOLDS);
    }
    columns.push(...own);
    return own;
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
    words: columns.map((values) => new Int32Array(values.buffer)),
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

function categoryHashes({ features_info: { cat_features_hash: pairs } }: CatboostModel): ReadonlyMap<string, number> {
  return new Map(pairs?.map(({ hash, value }) => [value, hash | 0]));
}

function openCategory(features: readonly Feature[], place: number, hashes: ReadonlyMap<string, number>): Category {
  const feature = features[place];
  if (feature?.kind !== 'category') throw new Error('the model has other features than the rows');
  return { place, hashes: [...feature.levels, missingCategory(feature.levels)].map((level) => hashes.get(level)) };
}

function fillNumber({ place, highest }: NumberPlace, borders: Float32Array, into: Column8s): Filler {
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
      put(into, row, low);
    }
  };
}

function fillEqual({ place, hashes }: Category, hash: number, into: Column8s): Filler {
  const equal = Uint8Array.from(hashes, (one) => (one === hash ? 1 : 0));
  return (data, start, count) => {
    const { values } = data[place] as Column;
    for (let row = 0; row < count; row++) put(into, row, equal[Math.min(values[start + row] as number, equal.length - 1)] as number);
  };
}

/** A statistic, and the columns for its value. */
interface Filling {
  readonly statistic: Statistic;
  readonly into: Column8s;
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

/** One of the things that make a combination: which of several it is in each row, and what is hashed of each. */
interface Digit {
  /** Multiplies keys, and adds which one it is in the rows. */
  readonly append: (data: readonly Column[], start: number, keys: Float64Array) => void;
  readonly hashed: readonly (number | undefined)[];
}

/** In the order in which CatBoost hashes them: categories, numbers, single categories. */
const ELEMENT_ORDER: readonly StatisticElement['combination_element'][] = ['cat_feature_value', 'float_feature', 'cat_feature_exact_value'];

function openDigits([first]: readonly Filling[], { numbers, known }: { readonly numbers: ReadonlyMap<number, NumberPlace>; readonly known: ReadonlyMap<number, Category> }): Digit[] {
  const elements = ELEMENT_ORDER.flatMap((kind) => (first?.statistic.elements ?? []).filter((one) => one.combination_element === kind));
  return elements.map((element): Digit => {
    if (element.combination_element === 'float_feature') return aboveDigit(numbers.get(element.float_feature_index)!, Math.fround(element.border));
    const { place, hashes } = known.get(element.cat_feature_index)!;
    if (element.combination_element === 'cat_feature_value') return categoryDigit(place, Float64Array.from(hashes, (_, code) => code), hashes);
    return categoryDigit(place, Float64Array.from(hashes, (hash) => (hash === element.value ? 1 : 0)), [0, 1]);
  });
}

function aboveDigit({ place, highest }: NumberPlace, border: number): Digit {
  const append: Digit['append'] = (data, start, keys) => {
    const { values } = data[place] as Column;
    for (let row = 0; row < keys.length; row++) {
      const value = values[start + row] as number;
      const above = Number.isNaN(value) ? highest : Math.fround(value) > border;
      keys[row] = (keys[row] as number) * 2 + (above ? 1 : 0);
    }
  };
  return { append, hashed: [0, 1] };
}

/** `digits` by code, the last one of a missing value. */
function categoryDigit(place: number, digits: Float64Array, hashed: Digit['hashed']): Digit {
  const append: Digit['append'] = (data, start, keys) => {
    const { values } = data[place] as Column;
    for (let row = 0; row < keys.length; row++) keys[row] = (keys[row] as number) * hashed.length + (digits[Math.min(values[start + row] as number, digits.length - 1)] as number);
  };
  return { append, hashed };
}

/** Combinations whose statistics are remembered. */
const REMEMBERED = 2 ** 18;

function fillStatistics(model: CatboostModel, fillings: readonly Filling[], digits: readonly Digit[]): Filler {
  const look = openLook(model, fillings, digits);
  const parts = exactParts(digits);
  const columns = fillings.flatMap(({ into }) => into);
  const memory = openMemory(digits.reduce((product, { hashed }) => product * hashed.length, 1));
  const keys = parts.map(() => new Float64Array());
  return (data, start, count) => {
    parts.forEach((part, index) => {
      const of = keys[index]?.length === count ? keys[index] : new Float64Array(count);
      keys[index] = of.fill(0);
      for (const { append } of part) append(data, start, of);
    });
    const [first] = keys as [Float64Array];
    for (let row = 0; row < count; row++) {
      const key = keys.length === 1 ? (first[row] as number) : keys.map((of) => of[row]).join();
      let bins = memory.get(key);
      if (bins === undefined) {
        bins = look(parts.flatMap((part, index) => digitsOf(keys[index]?.[row] as number, part)));
        memory.set(key, bins);
      }
      for (let index = 0; index < columns.length; index++) (columns[index] as Uint8Array)[row] = bins[index] as number;
    }
  };
}

/** What columns hold for combinations, by key. */
interface Memory {
  readonly get: (key: number | string) => readonly number[] | undefined;
  readonly set: (key: number | string, bins: readonly number[]) => void;
}

/** Remembers combinations: all that there can be in a list, of more those that come, until they are too many. */
function openMemory(places: number): Memory {
  if (places <= REMEMBERED) {
    const list = new Array<readonly number[] | undefined>(places);
    return { get: (key) => list[key as number], set: (key, bins) => void (list[key as number] = bins) };
  }
  const met = new Map<number | string, readonly number[]>();
  return {
    get: (key) => met.get(key),
    set: (key, bins) => {
      if (met.size >= REMEMBERED) met.clear();
      met.set(key, bins);
    },
  };
}

/** Says of a combination, by its digits, what the columns hold: how many borders the value of each statistic is above. */
function openLook(model: CatboostModel, fillings: readonly Filling[], digits: readonly Digit[]): (found: readonly number[]) => readonly number[] {
  const statistics = fillings.map(({ statistic, into }) => ({ into, of: openStatistic(model, statistic), borders: Float32Array.from(statistic.borders) }));
  return (found) => {
    let hash: bigint | undefined = 0n;
    digits.forEach(({ hashed }, index) => {
      const one = hashed[found[index] as number];
      hash = hash === undefined || one === undefined ? undefined : addToHash(hash, one);
    });
    return statistics.flatMap(({ of, borders, into }) => {
      const value = of(hash);
      const above = borders.reduce((count, border) => count + (value > border ? 1 : 0), 0);
      return into.map((_, k) => columnPart(above, k));
    });
  };
}

/** Cuts digits into runs whose numbers are exact. */
function exactParts(digits: readonly Digit[]): Digit[][] {
  const parts: Digit[][] = [];
  let places = Infinity;
  for (const digit of digits) {
    places *= digit.hashed.length;
    if (places <= Number.MAX_SAFE_INTEGER) parts.at(-1)?.push(digit);
    else {
      parts.push([digit]);
      places = digit.hashed.length;
    }
  }
  return parts;
}

/** The digits that a key was made of. */
function digitsOf(key: number, digits: readonly Digit[]): number[] {
  let rest = key;
  const found = digits.map((_, index) => {
    const { length } = (digits[digits.length - 1 - index] as Digit).hashed;
    const digit = rest % length;
    rest = (rest - digit) / length;
    return digit;
  });
  return found.reverse();
}
