import type { Kind } from '../../compiler/kinds/kind.ts';
import { column, described, record } from '../../compiler/kinds/schema.ts';
import { inferSql } from './infer-sql.ts';
import { runSql } from './run-sql.ts';

/** A table made by a query. */
export const sql: Kind = {
  name: 'sql',
  keyword: 'table',
  version: 1,
  doc: `Makes a table by one SELECT in DuckDB's SQL over other tables, which it names as they are declared.

The columns are found without running anything; one that is computed needs \`AS\`. \`\${name}\` puts in a param as a value.
Rows have one order: that of ORDER BY, then that of the rows they are made from, or of the grouping keys, or of all
columns. What would depend on the clock, on chance, on files or on the order of threads is an error that says the way out.`,
  example: `source weather = csv("npm:vega-datasets/data/seattle-weather.csv")
table months = sql("""
  SELECT date_trunc('month', date) AS month, avg(temp_max) AS warmth
  FROM weather
  GROUP BY month
""")`,
  inputs: [{ name: 'query', accepts: ['sql'], doc: 'One SELECT.' }],
  params: record({ time: described(column(), 'The column that says when a row came to be known.') }),
  unkeyed: ['time'],
  engine: 'duckdb',
  seeded: false,
  guarantee: 'bitwise',
  infer: inferSql,
  run: runSql,
};
