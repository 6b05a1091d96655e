import { canonicalJson } from '../json.ts';
import { sha256 } from '../plan/keys.ts';
import type { QueryFacts } from './analysis.ts';

/**
 * What of a query is part of a fingerprint: the digest of its canonical tree with the names and types that come out. (The
 * tree itself is some kilobytes, which records and plans would carry about. Who asks why is shown the queries.)
 */
export function queryIdentity(query: QueryFacts): string {
  return sha256(canonicalJson({ tree: query.canonical, columns: query.columns.map((column) => [column.name, column.sql]) }));
}
