import type { Collection } from '../../../runtime/store/upkeep/collect-store.ts';
import { formatBytes } from './format.ts';
import { clean, count, hanging, type View } from './text.ts';

/** What a collection took, or would take. */
export interface CollectionView {
  readonly root: string;
  readonly collection: Collection;
  readonly deleted: boolean;
}

/** What stays and what goes. */
export function renderCollection({ root, collection, deleted }: CollectionView, view: View): string[] {
  const { kept, objects, records, bytes } = collection;
  const stays = `${clean(root)}: the results of ${count(kept.runs, 'run')} stay: ${count(kept.records, 'record')}, ${count(kept.objects, 'object')} (${formatBytes(kept.bytes)})`;
  if (objects.length === 0) return [...hanging('', stays, view.width), deleted ? 'there was nothing else to remove' : 'there is nothing else to remove'];
  const going = `${count(objects.length, 'object')} of ${count(records.length, 'older result')}: ${formatBytes(bytes)}`;
  return [
    ...hanging('', stays, view.width),
    ...hanging('', deleted ? `removed: ${going}` : `would be removed: ${going}`, view.width),
    ...(deleted ? [] : hanging('', 'nothing was removed: `mlp store gc --delete` does it', view.width)),
  ];
}

/**
 * What `store gc --json` prints: `{"store", "deleted": BOOLEAN, "objects", "records", "bytes", "kept": {"runs", "records",
 * "objects", "bytes"}}`, of what goes and of what stays.
 */
export function collectionJson({ root, collection, deleted }: CollectionView): Record<string, unknown> {
  const { objects, records, bytes, kept } = collection;
  return { store: root, deleted, objects: objects.length, records: records.length, bytes, kept };
}
