import type { Kind } from '../../compiler/kinds/kind.ts';
import { column, described, either, integer, list, record, word } from '../../compiler/kinds/schema.ts';
import { inferSequences } from './infer-sequences.ts';
import { runSequences } from './run-sequences.ts';

/** Windows over rows in the order of time. */
export const sequences: Kind = {
  name: 'sequences',
  keyword: 'table',
  version: 1,
  doc: `Gives each row the window that ends with it: the numbers of the last \`length\` rows of its \`entity\`, the oldest first, as one list \`steps\` whose
shape [length, columns] \`prepare\` knows without being told. With \`ahead\`, each row has \`ahead\`, what that column is \`horizon\` rows later.

All other columns stay as they are. Rows that have not yet a whole window, or nothing ahead, are left out; with \`short: pad\` the
steps before an entity's first row are missing numbers, which \`masking\` of networks leaves out. No two rows of an entity have the same time.

Windows cross no split. \`by_time\` leaves rows out whose window, or what lies ahead of them, reaches over a cut, without any \`gap\`; \`holdout\`
wants a \`group\` of the entity's columns, as windows of one entity overlap. (A query over the table forgets where windows begin: make
them last.)`,
  example: `source days = csv("npm:vega-datasets/data/seattle-weather.csv") {
  schema { date: date, temp_max: float, wind: float }
}

table fortnights = sequences(days) {
  time: date
  columns: [temp_max, wind]
  length: 14
  ahead: temp_max
}

split parts = by_time(fortnights) {
  target: ahead
  time: date
}

features x = prepare(parts) {
  use: [steps]
}

model rnn = network(x) {
  layers: [gru(16)]
}`,
  inputs: [{ name: 'table', accepts: ['table'], doc: 'Rows, each at a time.' }],
  params: record(
    {
      time: described(column(), 'When a row was: a date, a timestamp, or a whole number.'),
      entity: described(either(column(), list(column(), { min: 1 })), 'What a row tells of, such as a station or a customer: windows are of one. Without it, all rows are one sequence.'),
      columns: described(list(column(), { min: 1 }), 'The numbers of a step, in this order.'),
      length: described(integer({ min: 1 }), 'Steps of a window.'),
      stride: described(integer({ min: 1 }), 'Of an entity’s windows, every so many are taken, beginning with the first whole one.', 1),
      ahead: described(column(), 'The column whose later value becomes `ahead`, to be predicted.'),
      horizon: described(integer({ min: 1 }), 'How many rows later.', 1),
      short: described(word('fail', 'drop', 'pad'), 'What happens where an entity has fewer rows than a window: it is an error, is left out, or begins with missing steps; with `pad`, the first rows of every entity do.', 'fail'),
    },
    ['time', 'columns', 'length'],
  ),
  engine: 'duckdb',
  seeded: false,
  guarantee: 'bitwise',
  infer: inferSequences,
  run: runSequences,
};
