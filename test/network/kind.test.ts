import { expect, it } from 'vitest';
import { planOf, stepOf } from '../support/compile.ts';

const GROUND = `
source flights = csv("flights.csv") { schema { id: int, date: timestamp, distance: int?, delay: int, late: bool } }
split parts = holdout(flights) { target: late }
features x = prepare(parts) { drop: [date] }
`;

const net = async (params: string, version = '4.22.0 wasm') => stepOf(await planOf(`${GROUND}model net = network(x) { ${params} }`, { engines: { duckdb: '1', tensorflowjs: version } }), 'net');

it.each([
  ['layers: [dense(8)]', 'layers: [dense(units: 8, activation: relu)], epochs: 20, batch: 128'],
  ['layers: [batch_norm]', 'layers: [batch_norm(epsilon: 0.001)], optimizer: adam'],
  ['layers: []', 'layers: [], optimizer: adam(rate: constant(0.001, warm_up: 0), beta1: 0.9)'],
  ['layers: [], optimizer: sgd(rate: cosine(0.1))', 'layers: [], optimizer: sgd(rate: cosine(0.1, final: 0), weight_decay: 0)'],
  ['layers: [], optimizer: sgd(rate: one_cycle(0.1))', 'layers: [], optimizer: sgd(rate: one_cycle(0.1, rise: 30%, div_factor: 25, final_div_factor: 1e4))'],
  ['layers: [], optimizer: sgd(rate: on_plateau(0.1))', 'layers: [], optimizer: sgd(rate: on_plateau(0.1, 10, 0.1, min_delta: 0, final: 0))'],
  ['layers: []', 'layers: [], masking: false'],
  ['layers: [], early_stopping { patience: 2 }', 'layers: [], early_stopping { patience: 2, on: log_loss, min_delta: 0 }'],
])('a default that is written out changes nothing: %s', async (short, long) => {
  expect((await net(long)).fingerprint).toBe((await net(short)).fingerprint);
});

it.each(['layers: [dense(8)], label_smoothing: 0.1', 'layers: [dense(8)], optimizer: adam(clip_norm: 1)', 'layers: [dense(8)], optimizer: adam(clip_value: 1)', 'layers: [dense(9)]', 'layers: [dense(8, tanh)]', 'layers: [dense(8)], epochs: 21', 'layers: [dense(8)], optimizer: adam(rate: 2e-3)', 'layers: [dense(8)], stream: 1', 'layers: [dense(8)], class_weight { true: 2 }'])(
  'what changes the network changes its fingerprint: %s',
  async (other) => {
    expect((await net(other)).fingerprint).not.toBe((await net('layers: [dense(8)]')).fingerprint);
  },
);

it.each([
  // 3 columns · 8 units + 8, then 8 + 1; each with its gradient, and two arrays of Adam; of a row 3 inputs, and for each of two layers 8.
  ['layers: [dense(8)], batch: 10', 'id, delay, extra', { parameters: 41, bytes: 4 * (4 * 41 + 2 * 10 * (3 + 8 + 8)), exact: true }],
  ['layers: [residual([dense(3)])], optimizer: sgd, batch: 2, early_stopping { patience: 1 }', 'id, delay, extra', { parameters: 12 + 4, bytes: 4 * (3 * 16 + 2 * 2 * (3 + 3 + 3 + 3)), exact: true }],
  ['layers: [dense(8)]', 'id, distance', { parameters: 2 * 8 + 8 + 9, exact: false }],
])('the plan says how large it will be: %s of %s', async (params, use, learns) => {
  const text = `${GROUND}table more = sql("SELECT *, id + delay AS extra FROM flights")\nsplit other = holdout(more) { target: late }\nfeatures y = prepare(other) { use: [${use}] }\nmodel net = network(y) { ${params} }`;
  const step = stepOf(await planOf(text, { engines: { duckdb: '1', tensorflowjs: '4.22.0 wasm' } }), 'net');
  expect(step.learns).toMatchObject(learns);
  expect(Object.keys(step.identity).some((part) => part.includes('learns'))).toBe(false);
});

it.each([
  ['cpu', '4.22.0 wasm', true],
  ['gpu', '4.22.0 node-gpu', true],
  ['auto', '4.22.0 node-gpu', true],
  ['gpu', '4.22.0 wasm', false],
  ['cpu', '4.22.0 node-gpu', false],
])('device: %s is held to the backend: %s', async (device, version, fits) => {
  if (fits) expect((await net(`layers: [], device: ${device}`, version)).fingerprint).toBe((await net('layers: []', version)).fingerprint);
  else await expect(net(`layers: [], device: ${device}`, version)).rejects.toThrow('other-device');
});

it('results are those of a backend, and only the portable ones promise the same bytes', async () => {
  const on = (backend: string) => net('layers: [dense(8)]', `4.22.0 ${backend}`);
  const [wasm, cpu, gpu] = [await on('wasm'), await on('cpu'), await on('node-gpu')];
  expect(new Set([wasm, cpu, gpu].map(({ fingerprint }) => fingerprint)).size).toBe(3);
  expect([wasm, cpu, gpu].map(({ guarantee }) => guarantee)).toEqual(['platform', 'platform', 'statistical']);
  expect(gpu.identity['platform']).toBe('linux-x64');
});

it('runs on TensorFlow where the lock has it, and then results are those of a processor', async () => {
  const on = async (processor: string) => stepOf(await planOf(`${GROUND}model net = network(x) { layers: [] }`, { engines: { duckdb: '1', tensorflow: '2.21.0', tensorflowjs: '4.22.0 wasm' }, machine: { platform: 'linux-x64', processor, arithmetic: 'some' } }), 'net');
  const one = await on('one');
  expect(one).toMatchObject({ engine: { name: 'tensorflow', version: '2.21.0' }, guarantee: 'platform', identity: { engine: 'tensorflow 2.21.0', platform: 'linux-x64', processor: 'one' } });
  expect((await on('one')).fingerprint).toBe(one.fingerprint);
  expect((await on('another')).fingerprint).not.toBe(one.fingerprint);
});
