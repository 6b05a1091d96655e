import type { Interpretability } from '../../compiler/types.ts';
import type { Direction } from './metric.ts';

/** A model that may be chosen, with what is known of it. */
export interface Candidate {
  /** Metrics of the part that is read, by name; `null` where one is not defined. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly sizeBytes: number;
  /** Milliseconds for one row at the 99th percentile, where it was measured. */
  readonly latencyMs?: number;
  /** The same at the median. */
  readonly medianLatencyMs?: number;
  readonly interpretability: Interpretability;
}

/** An inclusive range; a missing end does not bind. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** What a model must fulfil to be chosen at all. */
export interface Requirements {
  /** By name of the metric. */
  readonly metrics?: Readonly<Record<string, Bounds>>;
  readonly sizeBytes?: Bounds;
  readonly latencyMs?: Bounds;
  readonly medianLatencyMs?: Bounds;
  /** From the least to the most interpretable that is allowed. */
  readonly interpretability?: { readonly min?: Interpretability; readonly max?: Interpretability };
}

/** What `chooseModel` is given. */
export interface ChoiceRequest {
  readonly candidates: readonly Candidate[];
  readonly metric: string;
  readonly direction: Direction;
  readonly require?: Requirements;
}

/** What was chosen, and what was held against each candidate. */
export interface Choice {
  /** The index of the candidate that is chosen; `null` when all are rejected. */
  readonly chosen: number | null;
  /** By candidate: the metric's value, and why it is rejected, in words; nothing when it is not. */
  readonly candidates: readonly { readonly value: number | null; readonly rejected: readonly string[] }[];
}

const LEVELS: readonly Interpretability[] = ['low', 'medium', 'high'];

/** The candidate with the best value among those that fulfil the requirements; of equals the smallest, then the first. */
export function chooseModel({ candidates, metric, direction, require = {} }: ChoiceRequest): Choice {
  const judged = candidates.map((candidate) => ({
    value: candidate.values[metric] ?? null,
    rejected: reasonsAgainst(candidate, metric, require),
  }));
  let chosen: number | null = null;
  judged.forEach(({ value, rejected }, index) => {
    if (value === null || rejected.length > 0) return;
    if (chosen === null || precedes(index, chosen)) chosen = index;
  });
  return { chosen, candidates: judged };

  function precedes(index: number, other: number): boolean {
    const difference = judged[index]!.value! - judged[other]!.value!;
    if (difference !== 0) return direction === 'maximize' ? difference > 0 : difference < 0;
    return candidates[index]!.sizeBytes < candidates[other]!.sizeBytes;
  }
}

function reasonsAgainst(candidate: Candidate, metric: string, require: Requirements): string[] {
  const reasons: string[] = [];
  if ((candidate.values[metric] ?? null) === null) reasons.push(`${metric} is not defined`);
  for (const [name, bounds] of Object.entries(require.metrics ?? {})) {
    const value = candidate.values[name] ?? null;
    if (value === null && name !== metric) reasons.push(`${name} is not defined, and is required`);
    if (value !== null) pushBroken(reasons, name, { value, bounds, show: showNumber });
  }
  if (require.sizeBytes !== undefined) {
    pushBroken(reasons, 'size', { value: candidate.sizeBytes, bounds: require.sizeBytes, show: showBytes });
  }
  for (const [name, value, bounds] of [
    ['latency_p50', candidate.medianLatencyMs, require.medianLatencyMs],
    ['latency_p99', candidate.latencyMs, require.latencyMs],
  ] as const) {
    if (bounds === undefined) continue;
    if (value === undefined) reasons.push('latency was not measured, and is required');
    else pushBroken(reasons, name, { value, bounds, show: showMilliseconds });
  }
  const { min, max } = require.interpretability ?? {};
  const level = LEVELS.indexOf(candidate.interpretability);
  if (min !== undefined && level < LEVELS.indexOf(min)) reasons.push(`interpretability is ${candidate.interpretability}, below ${min}`);
  if (max !== undefined && level > LEVELS.indexOf(max)) reasons.push(`interpretability is ${candidate.interpretability}, above ${max}`);
  return reasons;
}

interface Bounded {
  readonly value: number;
  readonly bounds: Bounds;
  readonly show: (value: number) => string;
}

function pushBroken(reasons: string[], what: string, { value, bounds: { min, max }, show }: Bounded): void {
  if (min !== undefined && value < min) reasons.push(`${what} is ${show(value)}, below ${show(min)}`);
  if (max !== undefined && value > max) reasons.push(`${what} is ${show(value)}, above ${show(max)}`);
}

function showNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function showMilliseconds(value: number): string {
  return `${showNumber(value)} ms`;
}

/** In decimal units, as the language writes them. */
function showBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${Number((bytes / 1000 ** power).toPrecision(4))} ${units[power]}`;
}
