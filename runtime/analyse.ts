import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { canonicalJson } from '../compiler/json.ts';
import type { AnswerTo, DescribeNeed } from '../compiler/needs.ts';
import { ANALYSIS_VERSION, type SqlAnalysis, type SqlReferences } from '../compiler/sql/analysis.ts';
import type { Column } from '../compiler/types.ts';
import { openAnswerCache } from './answer-cache.ts';
import type { DuckDBHelper } from './duckdb-helper.ts';
import type { AnalysisRequest } from './engines/duckdb/analyse-query.ts';
import { digestOf } from './store/digest.ts';

/** Answers what the compiler asks DuckDB, from the cache where it can. */
export interface Analyser {
  readonly references: (text: string) => Promise<SqlReferences>;
  readonly analyse: (request: AnalysisRequest) => Promise<SqlAnalysis>;
  /** The columns of files. They are known by their contents: where they lie does not matter. */
  readonly describe: (need: DescribeNeed) => Promise<AnswerTo<DescribeNeed>>;
  /** Starts the helper process before it is asked: loading takes it longer than most questions. */
  readonly warm: () => void;
  /** Writes new answers to the cache. */
  readonly save: () => void;
}

/** Makes an analyser that keeps answers in a file, which can be deleted at any time, and asks the helper what is new. */
export function createAnalyser(helper: DuckDBHelper, cacheFile: string): Analyser {
  const cache = openAnswerCache(cacheFile);
  // Who watches asks the same again on every save.
  const answers = new Map<string, Promise<unknown>>();
  const find = async (key: string, ask: () => Promise<unknown>): Promise<unknown> => {
    const kept = cache.find(key);
    if (kept !== undefined) return kept;
    const value = await ask();
    cache.add(key, value);
    return value;
  };
  const answer = async <T>(kind: string, question: string, ask: () => Promise<unknown>): Promise<T> => {
    const key = digestOf(`${kind} ${duckdbVersion()} ${ANALYSIS_VERSION}\n${question}`);
    const found = answers.get(key) ?? find(key, ask);
    answers.set(key, found);
    try {
      return (await found) as T;
    } catch (error) {
      // The helper ended: another one may answer.
      answers.delete(key);
      throw error;
    }
  };
  return {
    references: (text) => answer('references', text, () => helper.ask({ kind: 'references', text })),
    analyse: (request) => answer('analyse', requestText(request), () => helper.ask({ kind: 'analyse', request })),
    describe: (need) => answer('describe', canonicalJson(withoutPaths(need)), () => helper.ask({ kind: 'describe', need })),
    warm: () => void helper.ask({ kind: 'references', text: 'SELECT 1' }).catch(() => undefined),
    save: cache.save,
  };
}

/** Only the extension is left of a path: it may say how a file is compressed. */
function withoutPaths(need: DescribeNeed): DescribeNeed {
  return { ...need, files: need.files.map((file) => ({ ...file, path: extname(file.path) })) };
}

function requestText({ text, tables }: AnalysisRequest): string {
  return canonicalJson([text, tables.map(({ name, columns }) => [name, columnsDigest(columns)])]);
}

const columnDigests = new WeakMap<readonly Column[], string>();

/** Thousands of queries may read one table of hundreds of columns. */
function columnsDigest(columns: readonly Column[]): string {
  const known = columnDigests.get(columns) ?? digestOf(canonicalJson(columns));
  columnDigests.set(columns, known);
  return known;
}

let version: string | undefined;

/** The version of DuckDB that is installed, without loading it. */
export function duckdbVersion(): string {
  version ??= readVersion();
  return version;
}

function readVersion(): string {
  const main = createRequire(import.meta.url).resolve('@duckdb/node-bindings');
  for (let folder = dirname(main); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = readJson(join(folder, 'package.json')) as { name?: string; version?: string } | undefined;
    if (manifest?.name === '@duckdb/node-bindings' && manifest.version !== undefined) return manifest.version;
  }
  throw new Error('@duckdb/node-bindings has no package.json');
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
