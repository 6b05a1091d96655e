/** Names of features in a model that its engine's tools accept: characters that `refused` matches become `_`. */
export function modelFeatureNames(names: readonly string[], refused: RegExp): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const readable = name.replace(refused, '_') || '_';
    let unique = readable;
    for (let count = 2; taken.has(unique); count++) unique = `${readable}_${count}`;
    taken.add(unique);
    return unique;
  });
}
