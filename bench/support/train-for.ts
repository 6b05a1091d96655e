import type { NetworkDescription } from '../../runtime/networks/description.ts';
import type { NetworkEngine } from '../../runtime/networks/engine.ts';
import type { NetworkRows } from '../../runtime/networks/rows.ts';
import { trainNetwork } from '../../runtime/networks/train-network.ts';
import { median } from './measure.ts';

/** Seconds by the clock, and of the processor. */
export type Seconds = readonly [clock: number, processor: number];

/** A network, and what it is trained on. */
export interface Training {
  readonly engine: NetworkEngine;
  readonly description: NetworkDescription;
  readonly rows: NetworkRows;
  readonly truth: Uint8Array;
  readonly epochs: number;
  readonly batch: number;
}

/** How long it takes to train a network of two classes with Adam, no rows being looked at between epochs. */
export async function trainFor({ engine, description, rows, truth, epochs, batch }: Training): Promise<Seconds> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await trainNetwork({
    ...{ engine, description, epochs, batch, seed: '1' },
    train: { rows, truth },
    validate: { rows: 0, numbers: new Float32Array(), codes: rows.codes.map(() => new Int32Array()), ...(rows.array === undefined ? {} : { array: new Float32Array() }) },
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 },
    rate: { kind: 'constant', rate: 1e-3, warm_up: 0 },
    evaluate: () => ({}),
    followed: 'loss',
    trainingMetric: { name: 'log_loss', of: (mean) => mean },
    checkpoint: { load: () => Promise.resolve(undefined), save: () => Promise.resolve() },
  });
  const { user, system } = process.cpuUsage(before);
  return [(performance.now() - begun) / 1e3, (user + system) / 1e6];
}

/** The median of each. */
export function medianSeconds(runs: readonly Seconds[]): Seconds {
  return [median(runs.map(([clock]) => clock)), median(runs.map(([, processor]) => processor))];
}
