import type { LinearModel } from './linear-model.ts';

/** One coefficient, with what it belongs to. */
export interface CoefficientSummary {
  readonly feature: string;
  /** Of a category; `null` for its missing values. */
  readonly level?: string | null;
  /** Whether it belongs to the indicator of a numeric feature's missing values. */
  readonly missing?: true;
  /** Of several classes, the one whose score it adds to. */
  readonly class?: string;
  /** By standard deviation of a number; by level of a category. */
  readonly coefficient: number;
}

/** The coefficients from the largest to the smallest in magnitude; equal ones in the order of features and levels. */
export function summariseLinear({ terms, classes, intercepts }: LinearModel, limit = Infinity): CoefficientSummary[] {
  const several = classes !== undefined && intercepts.length > 1;
  const each = (coefficients: readonly number[], of: Omit<CoefficientSummary, 'coefficient' | 'class'>) =>
    coefficients.map((coefficient, score) => ({ ...of, ...(several ? { class: classes[score]! } : {}), coefficient }));
  const all = terms.flatMap((term): CoefficientSummary[] => {
    const { feature } = term;
    if (term.kind === 'numeric') {
      return [...each(term.coefficients, { feature }), ...each(term.missing?.coefficients ?? [], { feature, missing: true })];
    }
    return [
      ...term.levels.flatMap((level, at) => each(term.coefficients[at]!, { feature, level })),
      ...each(term.missingCoefficients ?? [], { feature, level: null }),
    ];
  });
  return all.sort((a, b) => Math.abs(b.coefficient) - Math.abs(a.coefficient)).slice(0, limit);
}
