import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { canonicalJson } from '../compiler/json.ts';
import type { AnswerTo, DescribeNeed } from '../compiler/needs.ts';
import { ANALYSIS_VERSION, type SqlAnalysis, type SqlReferences } from '../compiler/sql/analysis.ts';
import type { DuckDBHelper } from './duckdb-helper.ts';
import type { AnalysisRequest } from './engines/duckdb/analyse-query.ts';

/** Answers what the compiler asks DuckDB, from the cache where it can. */
export interface Analyser {
  readonly references: (text: string) => Promise<SqlReferences>;
  readonly analyse: (request: AnalysisRequest) => Promise<SqlAnalysis>;
  /** The columns of files. They are known by their contents: where they lie does not matter. */
  readonly describe: (need: DescribeNeed) => Promise<AnswerTo<DescribeNeed>>;
  /** Starts the helper process before it is asked: loading takes it longer than most questions. */
  readonly warm: () => void;
}

/** Makes an analyser that keeps answers in a folder, which can be deleted at any time, and asks the helper what is new. */
export function createAnalyser(helper: DuckDBHelper, cacheFolder: string): Analyser {
  // Who watches asks the same again on every save.
  const answers = new Map<string, Promise<unknown>>();
  const find = async (key: string, ask: () => Promise<unknown>): Promise<unknown> => {
    const path = join(cacheFolder, `${key}.json`);
    const kept = readAnswer(path);
    if (kept !== undefined) return kept;
    const value = await ask();
    writeAnswer(path, value);
    return value;
  };
  const answer = async <T>(question: Question, ask: () => Promise<unknown>): Promise<T> => {
    const key = questionKey(question);
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
    references: (text) => answer({ kind: 'references', text }, () => helper.ask({ kind: 'references', text })),
    analyse: (request) => answer({ kind: 'analyse', request }, () => helper.ask({ kind: 'analyse', request })),
    describe: (need) =>
      answer({ kind: 'describe', need: withoutPaths(need) }, () => helper.ask({ kind: 'describe', need })),
    warm: () => void helper.ask({ kind: 'references', text: 'SELECT 1' }).catch(() => undefined),
  };
}

type Question =
  | { readonly kind: 'references'; readonly text: string }
  | { readonly kind: 'analyse'; readonly request: AnalysisRequest }
  | { readonly kind: 'describe'; readonly need: DescribeNeed };

/** Only the extension is left of a path: it may say how a file is compressed. */
function withoutPaths(need: DescribeNeed): DescribeNeed {
  return { ...need, files: need.files.map((file) => ({ ...file, path: extname(file.path) })) };
}

function questionKey(question: Question): string {
  const content = canonicalJson({ question, engine: duckdbVersion(), analysis: ANALYSIS_VERSION });
  return createHash('sha256').update(content).digest('hex');
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

/** Answers carry a digest of their own: a damaged one is as good as none. */
function readAnswer(path: string): unknown {
  const entry = readJson(path);
  if (typeof entry !== 'object' || entry === null || !('digest' in entry) || !('value' in entry)) return undefined;
  return entry.digest === digestOf(entry.value) ? entry.value : undefined;
}

/** A cache that cannot be written is slow, not wrong. */
function writeAnswer(path: string, value: unknown): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, JSON.stringify({ digest: digestOf(value), value }));
    renameSync(temporary, path);
  } catch {
    discard(temporary);
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder is not one.
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
