import { beforeAll, expect, it } from 'vitest';
import { uniformNumbers } from '../../runtime/networks/random.ts';
import { newProject } from '../end-to-end/program.ts';
import { parquetRows, storedScores, valuesOf } from './support.ts';

const [DIGITS, SIDE, VISITS] = [160, 8, 240];

const PIPELINE = `
source digits = images("digits-*")
split shapes = holdout(digits) { target: label, positive: "1", train: 60%, validate: 15%, test: 25% }
features p = prepare(shapes)
model cnn2 = cnn(p) { filters: [4, 6], units: [8], batch_norm: true, epochs: 2, batch: 32, augment: [random_flip, random_crop(1)] }
model flat2 = mlp(p) { units: [8], epochs: 2, batch: 32 }
model deep2 = network(p) {
  layers: [conv2d(4, 3), residual([conv2d(4, 3, padding: same), batch_norm]), average_pool(2), global_max_pool]
  epochs: 2
}

source visits = csv("visits.csv") { schema { who: string, day: int, pulse: float?, ward: string, cost: float } }
table stays = sequences(visits) { time: day, entity: who, columns: [pulse, cost], length: 5, ahead: cost, short: pad }
split many = holdout(stays) { target: ahead, group: who, train: 60%, validate: 15%, test: 25% }
features s = prepare(many) {
  use: [steps, ward, pulse]
  encode { ward: native }
  impute { pulse: median }
}
model rnn1 = rnn(s) { states: [6], units: [4], epochs: 3 }
model both1 = rnn(s) { cell: lstm, states: [4, 3], bidirectional: true, units: [], dropout: 0.2, epochs: 2 }
model left1 = network(s) { layers: [bidirectional(lstm(4, sequence: true)), attention(2, 3), batch_norm, gru(4)], masking: true, epochs: 2 }
model cnn1 = cnn(s) { filters: [4], size: 2, units: [4], epochs: 2 }
model flat1 = mlp(s) { units: [6], batch_norm: true, epochs: 3 }
model asks1 = network(s) { layers: [dense(4, tanh), residual([layer_norm, attention(2, 3)]), global_average_pool], epochs: 2 }
`;

/** What MNIST's files begin with, and numbers of one byte each. */
function idx(sizes: readonly number[], values: readonly number[]): Uint8Array {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  head.writeUInt32BE(0x800 + sizes.length);
  sizes.forEach((size, axis) => head.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([head, Buffer.from(values)]);
}

const draw = uniformNumbers('1', 'networks');
const labels = Array.from({ length: DIGITS }, (_, row) => row % 2);
const pixels = labels.flatMap((label) => Array.from({ length: SIDE * SIDE }, (_, at) => Math.floor(128 * draw()) + ((at % SIDE < SIDE / 2) === (label === 1) ? 100 : 0)));
const visits = Array.from({ length: VISITS }, (_, row) => `v${row % 17},${row},${draw() < 0.2 ? '' : 60 + 40 * draw()},w${row % 6},${100 * draw()}`);

const project = newProject({
  'p.mlp': PIPELINE,
  'digits-images-idx3-ubyte': idx([DIGITS, SIDE, SIDE], pixels),
  'digits-labels-idx1-ubyte': idx([DIGITS], labels),
  'visits.csv': `who,day,pulse,ward,cost\n${visits.join('\n')}\n`,
});

beforeAll(async () => {
  const applied = await project.run(['apply', 'p.mlp', '--quiet']);
  expect(applied.code, applied.output).toBe(0);
  for (const table of ['digits', 'stays']) await project.run(['export', 'p.mlp', table, '-o', `${table}.parquet`]);
});

it.each([
  ...['cnn2', 'flat2', 'deep2'].map((name) => ({ name, table: 'digits', split: 'shapes' })),
  ...['rnn1', 'both1', 'left1', 'cnn1', 'flat1', 'asks1'].map((name) => ({ name, table: 'stays', split: 'many' })),
])('$name says of the rows of $table what it said in training, to the last bit', async ({ name, table, split }) => {
  const done = await project.run(['predict', 'p.mlp', name, `${table}.parquet`, '-o', `${name}.parquet`]);
  expect(done.code, done.output).toBe(0);
  const predicted = await parquetRows(project.path(`${name}.parquet`));
  const { scores, rows } = await storedScores(project, 'p.mlp', { model: name, split });
  expect(rows.length).toBeGreaterThan(30);
  expect(valuesOf(rows.map((row) => predicted[row] ?? {}))).toEqual(Array.from(scores.values));
});
