import type { PreviousStep } from '../../compiler/plan/describe-change.ts';
import { readLastApply } from '../../runtime/store/journal.ts';
import type { Store } from '../../runtime/store/store.ts';

/** The steps of the last finished apply of a pipeline, by name, with what their keys were made from. */
export async function readPrevious(store: Store, pipeline: string): Promise<ReadonlyMap<string, PreviousStep>> {
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
      ...(record === undefined ? {} : { seconds: record.seconds }),
      ...(record?.rows === undefined ? {} : { rows: record.rows }),
    });
  }
  return previous;
}
