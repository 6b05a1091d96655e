import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../../compiler/json.ts';
import type { RunInput } from '../../../compiler/kinds/run.ts';
import type { AnswerTo, DescribeNeed } from '../../../compiler/needs.ts';
import type { Digest } from '../../../compiler/plan/artifact.ts';
import type { SqlAnalysis, SqlReferences } from '../../../compiler/sql/analysis.ts';
import type { TableTest } from '../../../compiler/tests/table-test.ts';
import type { PartName } from '../../../compiler/types.ts';
import { errorCode } from '../../store/files.ts';
import { analyseQuery, type AnalysisRequest } from './analyse-query.ts';
import { findReferences } from './analyse-references.ts';
import { compareTables, type ColumnDifference, type TableComparison } from './compare-tables.ts';
import { connectDuckDB, connectForAnalysis, sqlString } from './connect.ts';
import { describeFiles } from './describe-files.ts';
import { exportTable, type Exported, type ExportRequest } from './export-table.ts';
import { tableHead } from './read-table.ts';
import { runTest, type TestOutcome } from './run-test.ts';
import { tableStatistics, type ColumnStatistics, type CountedTable } from './table-statistics.ts';

/** What the helper process can be asked. */
export type HelperQuestion =
  | { readonly kind: 'references'; readonly text: string }
  | { readonly kind: 'analyse'; readonly request: AnalysisRequest }
  | { readonly kind: 'describe'; readonly need: DescribeNeed }
  | { readonly kind: 'test'; readonly test: TableTest }
  | { readonly kind: 'compare'; readonly comparison: TableComparison }
  /** The first rows of a table, and statistics of its columns. */
  | { readonly kind: 'look'; readonly table: CountedTable; readonly rows: number }
  | { readonly kind: 'export'; readonly request: ExportRequest }
  | FeaturesQuestion;

/** A part of prepared features as a Parquet file: the columns as a trainer sees them. */
export interface FeaturesQuestion {
  readonly kind: 'features';
  /** What a model would get as its input `x`. */
  readonly inputs: readonly RunInput[];
  /** Where the blobs of the inputs lie. */
  readonly blobs: Readonly<Record<Digest, string>>;
  readonly part: PartName;
  /** The file to be made. */
  readonly out: string;
}

/** What is seen of a table. */
export interface LookedTable {
  readonly head: readonly JsonObject[];
  readonly statistics: readonly ColumnStatistics[];
}

/** The answers, by the kind of question. */
export interface HelperAnswers {
  readonly references: SqlReferences;
  readonly analyse: SqlAnalysis;
  readonly describe: AnswerTo<DescribeNeed>;
  readonly test: TestOutcome;
  readonly compare: readonly ColumnDifference[];
  readonly look: LookedTable;
  readonly export: Exported;
  readonly features: CountedTable;
}

/** What the helper is given to answer with, besides DuckDB. */
export interface HelperParts {
  readonly exportFeatures: (question: FeaturesQuestion, limits: typeof LIMITS) => Promise<void>;
}

/** A question, over the channel of `fork`. */
export type HelperMessage = { readonly id: number } & HelperQuestion;

/** The answer to the message of the same `id`. */
export type HelperReply =
  | { readonly id: number; readonly ok: true; readonly value: HelperAnswers[keyof HelperAnswers] }
  /** A bug, or a failure of the machine: problems of queries are values. */
  | { readonly id: number; readonly ok: false; readonly error: string; readonly code?: string };

/** Queries are analysed without access to files, which describing them needs. Each is opened when it is asked for. */
interface Connections {
  analysis?: Promise<DuckDBConnection>;
  files?: Promise<DuckDBConnection>;
  tables?: Promise<DuckDBConnection>;
}

/** For the heads of files and the few rows of tests. */
const SMALL = { threads: 1, memory: 512 * 2 ** 20 };

/** For whole tables. Looking at them takes little, and a mean is the same to its last digit on one thread. */
const LIMITS = { threads: 1, memory: 2 ** 30 };

/** Answers requests one after the other until the channel is closed, and then ends the process. */
export function serveHelper(parts: HelperParts): void {
  const connections: Connections = {};
  let last: Promise<void> = Promise.resolve();
  process.on('message', (message: HelperMessage) => {
    last = last.then(async () => {
      process.send?.(await answer(connections, message, parts));
    });
  });
  process.on('disconnect', () => process.exit(0));
}

async function answer(connections: Connections, message: HelperMessage, parts: HelperParts): Promise<HelperReply> {
  const { id } = message;
  try {
    return { id, ok: true, value: await find(connections, message, parts) };
  } catch (error) {
    const code = errorCode(error);
    return { id, ok: false, error: error instanceof Error ? error.message : String(error), ...(code === undefined ? {} : { code }) };
  }
}

async function find(connections: Connections, message: HelperMessage, parts: HelperParts): Promise<HelperAnswers[keyof HelperAnswers]> {
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
    case 'look': {
      const { table, rows } = message;
      const connection = await (connections.tables ??= connectDuckDB(LIMITS));
      return { head: await tableHead(connection, table, rows), statistics: await tableStatistics(connection, table) };
    }
    case 'export':
      return exportTable(await (connections.tables ??= connectDuckDB(LIMITS)), message.request);
    case 'features':
      await parts.exportFeatures(message, LIMITS);
      return describeTable(await (connections.tables ??= connectDuckDB(LIMITS)), message.out);
  }
}

async function describeTable(connection: DuckDBConnection, path: string): Promise<CountedTable> {
  const file = `read_parquet(${sqlString(path)})`;
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${file}`);
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${file}`);
  return { path, columns: described.getRows().map(([name, sql]) => ({ name: String(name), sql: String(sql) })), rows: Number(counted.getRows()[0]?.[0]) };
}
