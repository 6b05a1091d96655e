import type { FittedDatePart, FittedFeature } from './fitted.ts';
import type { DateEntry, Shape } from './prepare-params.ts';

/** The feature that says whether a column's value is missing, as scikit-learn calls it. */
export function indicatorName(column: string): string {
  return `missingindicator_${column}`;
}

/** The features that the parts of a date become. */
export function dateParts(column: string, entries: readonly DateEntry[]): FittedDatePart[] {
  return entries.flatMap((entry): FittedDatePart[] =>
    typeof entry === 'string'
      ? [{ name: `${column}_${entry}`, part: entry }]
      : (['sin', 'cos'] as const).map((wave) => ({ name: `${column}_${entry.part}_${wave}`, part: entry.part, wave })),
  );
}

/** The features that a text becomes, one a bucket; their names sort as their numbers do. */
export function bucketNames(column: string, buckets: number): string[] {
  const digits = String(buckets - 1).length;
  return Array.from({ length: buckets }, (_, bucket) => `${column}_ngrams_${String(bucket).padStart(digits, '0')}`);
}

/** The features that an array becomes, one for each of its numbers; their names sort as these lie. */
export function cellNames(column: string, shape: Shape): string[] {
  const size = shape.reduce((product, length) => product * length, 1);
  const digits = String(size - 1).length;
  return Array.from({ length: size }, (_, cell) => `${column}_${String(cell).padStart(digits, '0')}`);
}

/** The features that a fitted column becomes. */
export function featureNamesOf(fitted: FittedFeature): string[] {
  const beside = fitted.indicator === undefined ? [] : [fitted.indicator];
  switch (fitted.kind) {
    case 'date':
      return [...fitted.parts.map(({ name }) => name), ...beside];
    case 'text':
      return [...bucketNames(fitted.column, fitted.buckets), ...beside];
    case 'array':
      return [...cellNames(fitted.column, fitted.shape), ...beside];
    default:
      return [fitted.column, ...beside];
  }
}
