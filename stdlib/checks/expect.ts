import type { Kind } from '../../compiler/kinds/kind.ts';
import { column, described, integer, list, range, record } from '../../compiler/kinds/schema.ts';
import { inferExpect } from './infer-expect.ts';
import { runExpect } from './run-expect.ts';

/** Expectations of a table. */
export const expect: Kind = {
  name: 'expect',
  keyword: 'check',
  version: 1,
  doc: `Checks that a table is as it should be, before anything else reads it.

When an expectation is not met, all that reads the table is skipped, and nothing else. A check changes no result and is in
no key. It reads only the columns that it names; the number of rows is known without reading any.`,
  example: `source weather = csv("npm:vega-datasets/data/seattle-weather.csv")
check weather_sane = expect(weather) {
  rows: 1_000..
  not_null: [date, temp_max]
}`,
  inputs: [{ name: 'table', accepts: ['table'], doc: 'The table to check.' }],
  params: record({
    rows: described(range(integer({ min: 0 })), 'How many rows it has.'),
    not_null: described(list(column(), { min: 1 }), 'Columns that have a value in every row.'),
  }),
  engine: 'duckdb',
  seeded: false,
  guarantee: 'bitwise',
  infer: inferExpect,
  run: runExpect,
};
