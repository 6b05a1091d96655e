import type { Completed } from './design.ts';
import type { LinearTerm } from './linear-model.ts';

/** The terms of a model from its coefficients, one array a score, each over the columns of the design. */
export function termsOf(completed: readonly Completed[], coefficients: readonly Float64Array[]): LinearTerm[] {
  const at = (column: number) => coefficients.map((score) => score[column]!);
  return completed.map((of) => {
    if (!('missing' in of)) {
      const { missing, ...completion } = of.completion;
      return {
        ...completion,
        coefficients: at(of.column),
        ...(missing === undefined ? {} : { missing: { ...missing, coefficients: at(of.column + 1) } }),
      };
    }
    const { levels } = of.completion;
    return {
      ...of.completion,
      coefficients: levels.map((_, level) => at(of.column + level)),
      ...(of.missing ? { missingCoefficients: at(of.column + levels.length) } : {}),
    };
  });
}
