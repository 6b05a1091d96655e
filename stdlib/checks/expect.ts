import type { Kind } from '../../compiler/kinds/kind.ts';
import { boolean, byColumn, column, condition, described, either, integer, list, number, range, record, share, text, word, type ParamSchema } from '../../compiler/kinds/schema.ts';
import { inferExpect } from './infer-expect.ts';
import { runExpect } from './run-expect.ts';

/** Keys are names of conditions. */
const conditions: ParamSchema = { type: 'object', properties: {}, additionalProperties: condition(), 'x-record': true };

/** Expectations of a table. */
export const expect: Kind = {
  name: 'expect',
  keyword: 'check',
  version: 3,
  doc: `Checks that a table is as it should be, before anything else reads it.

When an expectation is not met, all that reads the table is skipped, and nothing else. A check changes no result and is in
no key. It reads only the columns that it names; the number of rows is known without reading any.

As in SQL's own CHECK, a null passes everything but \`not_null\`. Rows that do not meet an expectation are kept in the part
\`rows\`, the first 100 for each, 10,000 in all: \`mlp show FILE weather_sane.rows\`. With a second table, values of
\`references\` must be among the values of one of its columns. An expectation with a tolerance or a severity of its own
stands in a check of its own.`,
  example: `source weather = csv("npm:vega-datasets/data/seattle-weather.csv")
check weather_sane = expect(weather) {
  rows: 1_000..
  not_null: [date, temp_max]
  unique: [date]
  between { temp_max: -30..50, date: "2000-01-01".. }
  one_of { weather: ["drizzle", "fog", "rain", "snow", "sun"] }
  holds { "warmer by day": "temp_max >= temp_min" }
}
check weather_usual = expect(weather) {
  between { wind: ..8 }
  at_least: 99%
  severity: warn
}`,
  inputs: [
    { name: 'table', accepts: ['table'], doc: 'The table to check.' },
    { name: 'other', accepts: ['table'], optional: true, doc: 'The table that `references` looks into.' },
  ],
  params: record({
    rows: described(range(integer({ min: 0 })), 'How many rows it has.'),
    not_null: described(list(column(), { min: 1 }), 'Columns that have a value in every row.'),
    unique: described(list(either(column(), list(column(), { min: 1 })), { min: 1 }), 'Columns, or lists of columns, that no two rows share.'),
    between: described(byColumn(range(either(number(), text()))), 'Limits of numbers, or of dates and times in quotes; NaN is within none.'),
    one_of: described(byColumn(list(either(text(), number(), boolean()), { min: 1 })), 'The values that a column may have.'),
    matches: described(byColumn(text()), 'A regular expression (RE2) that matches the whole of each text.'),
    holds: described(conditions, 'Conditions in SQL that are true for each row, by names of their own.'),
    references: described(byColumn(column('other')), 'Columns whose values occur in a column of the second table.'),
    at_least: described(share(), 'The share of rows for which each of these must be so; without it, all rows.'),
    show: described(list(column(), { min: 1 }), 'Further columns for the rows that are found, such as an id.'),
    severity: described(word('fail', 'warn'), 'Whether what is not met fails the check, or is a warning; `fail` without it.'),
  }),
  engine: 'duckdb',
  seeded: false,
  guarantee: 'bitwise',
  infer: inferExpect,
  run: runExpect,
};
