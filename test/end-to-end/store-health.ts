import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What is wrong in a store's folder: objects whose bytes are not their name's, records that name what is not there. */
export function faultsOf(store: string): string[] {
  const objects = filesBelow(join(store, 'objects'));
  const names = new Set(objects.map((path) => digestIn(path)));
  const flipped = objects.filter((path) => createHash('sha256').update(readFileSync(path)).digest('hex') !== digestIn(path));
  const records = filesBelow(join(store, 'actions'));
  const dangling = records.filter((path) => !blobsOf(path).every((digest) => names.has(digest)));
  return [...flipped.map((path) => `${path} is not what its name says`), ...dangling.map((path) => `${path} names what is not there`)];
}

function blobsOf(record: string): string[] {
  const { record: content } = JSON.parse(readFileSync(record, 'utf8')) as { readonly record: { readonly blobs: readonly { readonly digest: string }[]; readonly collected?: string } };
  // One whose blobs were collected says so.
  return content.collected === undefined ? content.blobs.map((blob) => blob.digest) : [];
}

/** The paths of all files below a folder, in order. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

/** The digest that an object's path spells, with or without folders in it. */
function digestIn(path: string): string {
  return path.replace(/[^0-9a-f]/g, '').slice(-64);
}
