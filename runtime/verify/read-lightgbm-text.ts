/**
 * A model of LightGBM as JSON, or `undefined` for anything else. It is text: a header of lines `name=values`, trees that
 * begin with `Tree=N` and have lines of the same form, and after `end of trees` how much each feature is used. The sizes
 * of the trees in characters are left out: they follow from the trees.
 */
export function readLightgbmText(bytes: Uint8Array): { readonly header: Lines; readonly trees: readonly Lines[]; readonly usage: Lines } | undefined {
  if (!bytes.subarray(0, START.length).every((byte, index) => byte === START[index]) || bytes.length < START.length) return undefined;
  const [model = '', rest = ''] = new TextDecoder().decode(bytes).split('\nend of trees\n');
  const [header = '', ...trees] = model.split(/^Tree=\d+\n/m);
  const { tree_sizes: _, ...own } = linesOf(header);
  return { header: own, trees: trees.map(linesOf), usage: linesOf(rest) };
}

const START = new TextEncoder().encode('tree\n');

type Lines = Readonly<Record<string, string | readonly string[]>>;

/** What a tree has one of; the rest has a value for each node or leaf. */
const SINGLE = new Set(['num_leaves', 'num_cat', 'shrinkage', 'is_linear']);

/** Values by name. */
function linesOf(text: string): Lines {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(
    lines.map((line) => {
      const [name, values] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)];
      return [name, SINGLE.has(name) ? values : values.split(' ')];
    }),
  );
}
