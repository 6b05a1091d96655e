import type { Digest } from '../../../compiler/plan/artifact.ts';
import type { PlanEvent, StepEndEvent } from '../../events.ts';
import type { ActionRecord } from '../record.ts';
import type { ListedRun } from './list-store.ts';

/** A result as a run had it. */
export interface Use {
  readonly pipeline: string;
  readonly run: string;
  readonly step: string;
}

/** The blobs and manifests that a record stands for; none where they were collected. */
export function digestsOf({ blobs, outputs, collected }: ActionRecord): Digest[] {
  if (collected !== undefined) return [];
  return [...new Set([...blobs.map((blob) => blob.digest), ...Object.values(outputs).map((output) => output.digest)])];
}

/** Which runs had a result, by the result's identity: see `recordId`. */
export function findUses(runs: readonly ListedRun[]): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>();
  for (const { pipeline, run, events } of runs) {
    for (const { id, step } of resultsOf({ events })) {
      const known = uses.get(id);
      if (known === undefined) uses.set(id, [{ pipeline, run, step }]);
      else known.push({ pipeline, run, step });
    }
  }
  return uses;
}

/** What tells a record from all others. */
export function recordId({ fingerprint, key }: Pick<ActionRecord, 'fingerprint' | 'key'>): string {
  return `${fingerprint}/${key}`;
}

/** The results that a run had, made or found. */
export function resultsOf({ events }: Pick<ListedRun, 'events'>): { readonly id: string; readonly step: string }[] {
  const fingerprints = new Map(planOf({ events })?.steps.map((step) => [step.name, step.fingerprint]));
  return events.flatMap((event) => {
    const fingerprint = event.event === 'step-end' && hasResult(event) ? fingerprints.get(event.name) : undefined;
    return event.event === 'step-end' && fingerprint !== undefined && event.key !== undefined ? [{ id: recordId({ fingerprint, key: event.key }), step: event.name }] : [];
  });
}

/** What a run set out to do. */
export function planOf({ events }: Pick<ListedRun, 'events'>): PlanEvent | undefined {
  return events.find((event) => event.event === 'plan');
}

function hasResult(event: StepEndEvent): boolean {
  return Object.keys(event.outputs).length > 0;
}
