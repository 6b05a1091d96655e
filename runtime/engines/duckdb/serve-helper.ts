import type { DuckDBConnection } from '@duckdb/node-api';
import type { Answer, DescribeNeed } from '../../../compiler/needs.ts';
import type { TableTest } from '../../../compiler/tests/table-test.ts';
import { analyseQuery, type AnalysisRequest } from './analyse-query.ts';
import { findReferences } from './analyse-references.ts';
import { compareTables, type ColumnDifference, type TableComparison } from './compare-tables.ts';
import { connectDuckDB, connectForAnalysis } from './connect.ts';
import { describeFiles } from './describe-files.ts';
import { runTest, type TestOutcome } from './run-test.ts';

/** What the helper process can be asked. */
export type HelperQuestion =
  | { readonly kind: 'references'; readonly text: string }
  | { readonly kind: 'analyse'; readonly request: AnalysisRequest }
  | { readonly kind: 'describe'; readonly need: DescribeNeed }
  | { readonly kind: 'test'; readonly test: TableTest }
  | { readonly kind: 'compare'; readonly comparison: TableComparison };

/** A question, over the channel of `fork`. */
export type HelperMessage = { readonly id: number } & HelperQuestion;

/** What it answers. */
export type HelperAnswer = Answer | TestOutcome | readonly ColumnDifference[];

/** The answer to the message of the same `id`. */
export type HelperReply =
  | { readonly id: number; readonly ok: true; readonly value: HelperAnswer }
  /** A bug, or a failure of the machine: problems of queries are values. */
  | { readonly id: number; readonly ok: false; readonly error: string };

/** Queries are analysed without access to files, which describing them needs. Each is opened when it is asked for. */
interface Connections {
  analysis?: Promise<DuckDBConnection>;
  files?: Promise<DuckDBConnection>;
}

/** For the heads of files and the few rows of tests. */
const SMALL = { threads: 1, memory: 512 * 2 ** 20 };

/** Answers requests one after the other until the channel is closed, and then ends the process. */
export function serveHelper(): void {
  const connections: Connections = {};
  let last: Promise<void> = Promise.resolve();
  process.on('message', (message: HelperMessage) => {
    last = last.then(async () => {
      process.send?.(await answer(connections, message));
    });
  });
  process.on('disconnect', () => process.exit(0));
}

async function answer(connections: Connections, message: HelperMessage): Promise<HelperReply> {
  const { id } = message;
  try {
    return { id, ok: true, value: await find(connections, message) };
  } catch (error) {
    return { id, ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

async function find(connections: Connections, message: HelperMessage): Promise<HelperAnswer> {
  switch (message.kind) {
    case 'references':
      return findReferences(await (connections.analysis ??= connectForAnalysis()), message.text);
    case 'analyse':
      return analyseQuery(await (connections.analysis ??= connectForAnalysis()), message.request);
    case 'describe':
      return describeFiles(await (connections.files ??= connectDuckDB(SMALL)), message.need);
    case 'test':
      return runTest(await (connections.files ??= connectDuckDB(SMALL)), message.test);
    case 'compare':
      return compareTables(await (connections.files ??= connectDuckDB(SMALL)), message.comparison);
  }
}
