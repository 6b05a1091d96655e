/** The beginning that the examples of models, reports and choices share: a split of penguins by species, prepared. */
const PENGUINS = `source birds = json("npm:vega-datasets/data/penguins.json") {
  schema { Species: string, "Body Mass (g)": float? }
  extra: drop
}
split parts = holdout(birds) { target: Species }
features x = prepare(parts)
`;

/** An example that goes on from the prepared features `x`. */
export function exampleOnPenguins(rest: string): string {
  return `${PENGUINS}${rest}`;
}
