/**
 * The parameter `monotone_constraints`: a direction for each feature of the matrix, in its order; features that are not
 * named are free.
 */
export function monotoneConstraints(features: readonly string[], directions: Readonly<Record<string, -1 | 0 | 1>>): string {
  return features.map((feature) => directions[feature] ?? 0).join(',');
}

/** The parameter `interaction_constraints`: groups of features by their positions in the matrix. */
export function interactionConstraints(features: readonly string[], groups: readonly (readonly string[])[]): string {
  return groups.map((group) => `[${group.map((feature) => features.indexOf(feature)).join(',')}]`).join(',');
}
