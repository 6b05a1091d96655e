import { StepError } from '../../compiler/kinds/run.ts';
import type { Feature } from '../../runtime/data/matrix.ts';
import type { ListArray, ReadArray, TextArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { compileCategory, compileHash } from './compile-category.ts';
import { compileNumber } from './compile-number.ts';
import type { CompiledFeature } from './compiled-feature.ts';
import { datePart, turnOf } from './date-parts.ts';
import { bucketNames, cellNames } from './feature-names.ts';
import type { FittedArray, FittedDate, FittedDatePart, FittedFeature, FittedFeatures, FittedText } from './fitted.ts';
import { bucketOf, forEachNgram } from './hash-text.ts';
import { missingTest } from './missing-values.ts';

/** Compiles fitted columns, in their order. */
export function compileFeatures({ features }: FittedFeatures): CompiledFeature[] {
  return features.map((fitted) => {
    const compiled = compileFeature(fitted);
    const { indicator } = fitted;
    if (indicator === undefined) return compiled;
    return { fitted, apply: (raw, options) => [...compiled.apply(raw, options), indicate(indicator, fitted, raw)] };
  });
}

function compileFeature(fitted: FittedFeature): CompiledFeature {
  switch (fitted.kind) {
    case 'number':
      return compileNumber(fitted);
    case 'category':
      return compileCategory(fitted);
    case 'hash':
      return compileHash(fitted);
    case 'date':
      return compileDate(fitted);
    case 'text':
      return compileText(fitted);
    case 'array':
      return compileArray(fitted);
  }
}

function indicate(name: string, fitted: FittedFeature, raw: ReadArray): Feature {
  const isMissing = missingTest(fitted, raw);
  const values = new Uint8Array(raw.length);
  for (let i = 0; i < values.length; i++) values[i] = isMissing(i) ? 1 : 0;
  return { kind: 'numeric', name, values };
}

/** Each number of the lists is a feature; a list of another length is an error. */
function compileArray(fitted: FittedArray): CompiledFeature {
  const { column, shape } = fitted;
  const names = cellNames(column, shape);
  const cell = { column, shape };
  return {
    fitted,
    apply: (raw) => {
      const cells = names.map(() => new Float32Array(raw.length).fill(NaN));
      (raw as ListArray).forEach((list, row) => {
        if (list === null) return;
        if (list.length !== names.length) {
          throw new StepError(`a list in \`${column}\` has ${list.length.toLocaleString('en')} numbers, and the shape [${shape.join(', ')}] ${names.length.toLocaleString('en')}`, 'give `array` in `prepare` the shape that all lists have, or leave others out in SQL');
        }
        for (let at = 0; at < list.length; at++) (cells[at] as Float32Array)[row] = list[at] as number;
      });
      return cells.map((values, at): Feature => ({ kind: 'numeric', name: names[at] as string, values, cell }));
    },
  };
}

/** Parts are small whole numbers, which floats of 32 bits hold; waves are not. */
function compileDate(fitted: FittedDate): CompiledFeature {
  return {
    fitted,
    apply: (raw) =>
      fitted.parts.map((part): Feature => {
        const valueOf = partOf(part);
        const values = 'wave' in part ? new Float64Array(raw.length) : new Float32Array(raw.length);
        for (let i = 0; i < values.length; i++) values[i] = valueOf(raw[i] as number);
        return { kind: 'numeric', name: part.name, values };
      }),
  };
}

function partOf(made: FittedDatePart): (time: number) => number {
  if (!('wave' in made)) return (time) => datePart(made.part, time);
  const wave = made.wave === 'sin' ? Math.sin : Math.cos;
  return (time) => wave(2 * Math.PI * turnOf(made.part, time));
}

/** Counts are bytes, and stay at 255 beyond it. A missing text has no words. */
function compileText(fitted: FittedText): CompiledFeature {
  const { column, n, buckets } = fitted;
  const names = bucketNames(column, buckets);
  return {
    fitted,
    apply: (raw) => {
      const counts = names.map(() => new Uint8Array(raw.length));
      (raw as TextArray).forEach((text, row) => {
        forEachNgram(text ?? '', n, (ngram) => {
          const count = counts[bucketOf(ngram, buckets)] as Uint8Array;
          count[row] = Math.min(255, (count[row] as number) + 1);
        });
      });
      return counts.map((values, bucket): Feature => ({ kind: 'numeric', name: names[bucket] as string, values }));
    },
  };
}
