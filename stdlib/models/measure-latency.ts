import type { Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { record } from '../../compiler/kinds/schema.ts';
import { featureSlots, inputOf } from '../../runtime/data/load-table.ts';
import type { Matrix } from '../../runtime/data/matrix.ts';
import { loadSample } from '../features/load-features.ts';
import { openPredictor } from './predictors.ts';

const WARM_UP_CALLS = 200;
const CALLS = 2000;
const SAMPLE_ROWS = 2000;

/**
 * Measures how long a model takes for one row, on this processor: what `select` reads when a latency is required. A
 * time is never the same twice, so it is kept in a step of its own, and what reads it says `statistical`.
 */
export const measureLatency: Kind = {
  name: 'measure_latency',
  version: 2,
  doc: 'Measures the time of a model for one prepared row: p50 and p99 over rows of the table, on one thread.',
  example: '',
  inputs: [],
  params: record({}),
  seeded: false,
  guarantee: 'statistical',
  sequential: true,
  infer: () => undefined,
  run: runMeasurement,
};

async function runMeasurement(context: RunContext): Promise<RunResult> {
  const model = inputOf(context, 'model', 'model');
  const matrices: Matrix[] = [];
  for (const set of featureSlots(context)) matrices.push(await loadSample(context, set, SAMPLE_ROWS));
  const predictor = await openPredictor({ ...context, threads: 1 }, model, matrices);
  const times = new Float64Array(CALLS);
  const rows = matrices.map(({ features }) => new Float64Array(features.length));
  context.progress({ phase: 'measuring' });
  try {
    for (let call = -WARM_UP_CALLS; call < CALLS; call++) {
      matrices.forEach((matrix, set) => copyRow(matrix, Math.abs(call * 7919) % matrix.rows, rows[set]!));
      const start = performance.now();
      predictor.predictRow(rows);
      if (call >= 0) times[call] = performance.now() - start;
    }
  } finally {
    predictor.close();
  }
  times.sort();
  const quantile = (share: number): number => (times[Math.ceil(share * CALLS) - 1] ?? 0) / 1000;
  return { outputs: { value: { type: 'measure', values: { p50: quantile(0.5), p99: quantile(0.99), calls: CALLS } } } };
}

function copyRow({ features }: Matrix, at: number, row: Float64Array): void {
  features.forEach((feature, index) => {
    const value = feature.kind === 'numeric' ? feature.values[at] : feature.codes[at];
    const missing = feature.kind === 'category' && (value ?? 0) >= feature.levels.length;
    row[index] = missing ? NaN : (value ?? NaN);
  });
}
