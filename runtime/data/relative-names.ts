/** Each path below the deepest folder that all of them lie in, with slashes: what tells files of a set apart, wherever the set lies. */
export function relativeNames(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split(/[\\/]/));
  const first = split[0] ?? [];
  let common = 0;
  while (split.every((parts) => common < parts.length - 1 && parts[common] === first[common]) && common < first.length - 1) common++;
  return split.map((parts) => parts.slice(common).join('/'));
}
