/**
 * AUC-ROC and AUC-PR of 3,000,000 scores in single precision, beside scikit-learn's, alternated in one run.
 *
 * Usage: npm run bench -- metrics
 * The Python needs numpy and scikit-learn.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { computeMetrics } from '../stdlib/metrics/compute-metrics.ts';
import { peersPython } from './support/peers-python.ts';

const ROWS = 3_000_000;
const REPEATS = 5;

interface Peer {
  readonly auc: number;
  readonly auc_pr: number;
  readonly auc_seconds: number;
  readonly auc_pr_seconds: number;
}

/** Scores as a model of flights gives them: a fifth of the rows positive, somewhat higher, with ties. */
function makeRows(): { scores: Float32Array; labels: Uint8Array } {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const labels = Uint8Array.from({ length: ROWS }, () => (next() < 0.2 ? 1 : 0));
  const scores = Float32Array.from(labels, (label) => Math.round((0.15 * label + 0.85 * next() * next()) * 1e6) / 1e6);
  return { scores, labels };
}

function measure(scores: Float32Array, labels: Uint8Array) {
  const start = performance.now();
  const target = { kind: 'classes', classes: ['no', 'yes'], codes: labels } as const;
  const { metrics } = computeMetrics({ scores: { rows: ROWS, target, values: scores }, task: 'binary', metrics: ['auc', 'auc_pr'] });
  return { metrics, seconds: (performance.now() - start) / 1000 };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-metrics-'));
try {
  const { scores, labels } = makeRows();
  const files = [join(folder, 'scores'), join(folder, 'labels')] as const;
  writeFileSync(files[0], scores);
  writeFileSync(files[1], labels);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const mine = measure(scores, labels);
    const peer = JSON.parse(execFileSync(peersPython(), ['bench/metrics.py', ...files], { encoding: 'utf8' })) as Peer;
    for (const name of ['auc', 'auc_pr'] as const) {
      const value = mine.metrics[name] ?? NaN;
      if (!(Math.abs(value - peer[name]) <= 1e-9)) throw new Error(`${name}: ${value}, scikit-learn ${peer[name]}`);
    }
    ours.push(mine.seconds);
    theirs.push(peer.auc_seconds + peer.auc_pr_seconds);
  }
  const [mine, peer] = [median(ours), median(theirs)];
  console.log(`AUC-ROC and AUC-PR of ${ROWS} scores, median of ${REPEATS}: ${mine.toFixed(2)} s, scikit-learn ${peer.toFixed(2)} s, ratio ${(mine / peer).toFixed(2)}`);
} finally {
  rmSync(folder, { recursive: true });
}
