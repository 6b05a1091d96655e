import type { Feature } from '../../runtime/data/matrix.ts';
import type { ReadArray, TextArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { compileCategory, compileHash } from './compile-category.ts';
import { compileNumber } from './compile-number.ts';
import type { CompiledFeature } from './compiled-feature.ts';
import { datePart, turnOf } from './date-parts.ts';
import { bucketNames } from './feature-names.ts';
import type { FittedDate, FittedDatePart, FittedFeature, FittedFeatures, FittedText } from './fitted.ts';
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
  }
}

function indicate(name: string, fitted: FittedFeature, raw: ReadArray): Feature {
  const isMissing = missingTest(fitted, raw);
  const values = new Uint8Array(raw.length);
  for (let i = 0; i < values.length; i++) values[i] = isMissing(i) ? 1 : 0;
  return { kind: 'numeric', name, values };
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
