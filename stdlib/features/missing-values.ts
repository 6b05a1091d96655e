import type { ReadArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { missingRawCode } from './category-groups.ts';
import type { RawColumns, ReadFeature } from './read-raw.ts';

/** Tells of each row of a raw column whether its value is missing: NULL, NaN, or an infinite date. */
export function missingTest(feature: ReadFeature, raw: ReadArray): (row: number) => boolean {
  switch (feature.kind) {
    case 'number':
    case 'date':
      return (row) => Number.isNaN(raw[row]);
    case 'category':
      return (row) => raw[row] === missingRawCode(feature);
    case 'hash':
    case 'text':
    case 'array':
      return (row) => raw[row] === null;
  }
}

/** Of rows of a table, by their positions, those that lack no value which rows are dropped for. */
export function keptRows(positions: Uint32Array, features: readonly ReadFeature[], raw: RawColumns): Uint32Array {
  const tests = features.flatMap((feature) => {
    const values = raw.get(feature.column);
    return feature.drop === true && values !== undefined ? [missingTest(feature, values)] : [];
  });
  return tests.length === 0 ? positions : positions.filter((row) => !tests.some((isMissing) => isMissing(row)));
}
