import { canonicalJson } from '../json.ts';
import type { QueryFacts } from './analysis.ts';

/** What of a query is part of a fingerprint: its canonical tree with the names and types that come out. */
export function queryIdentity(query: QueryFacts): string {
  return canonicalJson({ tree: query.canonical, columns: query.columns.map((column) => [column.name, column.sql]) });
}
