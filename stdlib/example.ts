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

/** The beginning that the examples of networks over sequences share: tomorrow's weather after a week, seven steps of two numbers. */
const WEEKS = `source days = csv("npm:vega-datasets/data/seattle-weather.csv") {
  schema { date: date, temp_max: float, wind: float }
  extra: drop
}
table weeks = sql("""
  SELECT date, lead(temp_max) OVER (ORDER BY date) AS tomorrow,
         flatten(list([temp_max, wind] ORDER BY date) OVER (ORDER BY date ROWS 6 PRECEDING)) AS week
  FROM days
""")
table whole = sql("SELECT * FROM weeks WHERE len(week) = 7 * 2 AND tomorrow IS NOT NULL")
split parts = by_time(whole) {
  target: tomorrow, time: date, gap: 7d
  train: 60%, validate: 20%, test: 20%
}
features x = prepare(parts) {
  use: [week]
  array { week: [7, 2] }
}
`;

/** An example that goes on from the prepared sequences `x`. */
export function exampleOnSequences(rest: string): string {
  return `${WEEKS}${rest}`;
}
