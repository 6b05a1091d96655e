import type { PreviousStep } from '../../compiler/plan/describe-change.ts';
import type { Cost } from '../../compiler/plan/cost.ts';
import type { Accuracy } from '../../compiler/plan/estimate.ts';
import { readLastApply } from '../../runtime/store/journal.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import type { Store } from '../../runtime/store/store.ts';

/** What is remembered of the last finished apply of a pipeline. */
export interface Previous {
  /** By name, with what their keys were made from. */
  readonly steps: ReadonlyMap<string, PreviousStep>;
  /** Of the last apply that ran something, among those that were read. */
  readonly accuracy?: Accuracy;
}

/** What a step took, by its record. */
export function costOf({ seconds, rows, blobs, peakMemory }: ActionRecord): Cost {
  const bytes = blobs.reduce((sum, blob) => sum + blob.bytes, 0);
  return { seconds, ...(rows === undefined ? {} : { rows }), ...(bytes === 0 ? {} : { bytes }), ...(peakMemory === undefined ? {} : { memory: peakMemory }) };
}

/** Reads the last finished apply of a pipeline. */
export async function readPrevious(store: Store, pipeline: string): Promise<Previous> {
  const last = await readLastApply(store, pipeline);
  const previous = new Map<string, PreviousStep>();
  for (const [name, { keyword, kind, made, text }] of last?.steps ?? []) {
    if (made === undefined) continue;
    const record = store.lookup(made.fingerprint, made.key);
    previous.set(name, {
      name,
      keyword,
      kind,
      ...made,
      parts: record?.parts ?? {},
      ...(text === undefined ? {} : { text }),
      ...(record === undefined ? {} : { cost: costOf(record) }),
    });
  }
  return { steps: previous, ...(last?.accuracy === undefined ? {} : { accuracy: last.accuracy }) };
}
