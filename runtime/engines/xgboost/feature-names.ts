/**
 * Names of features that XGBoost's tools accept: its Python package refuses `[`, `]` and `<`, and its dumps are read
 * by white space. Other characters stay, so that exported models can be read.
 */
export function modelFeatureNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const readable = name.replace(/[[\]<\s]/g, '_') || '_';
    let unique = readable;
    for (let count = 2; taken.has(unique); count++) unique = `${readable}_${count}`;
    taken.add(unique);
    return unique;
  });
}
