import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { canonicalJson } from '../compiler/json.ts';
import type { AnswerTo, DescribeNeed } from '../compiler/needs.ts';
import { ANALYSIS_VERSION, type SqlAnalysis, type SqlReferences } from '../compiler/sql/analysis.ts';
import type { AnalysisRequest } from './engines/duckdb/analyse-query.ts';
import type { AnalysisMessage, AnalysisReply } from './engines/duckdb/analysis-server.ts';

/** Answers what the compiler asks DuckDB, from the cache where it can. */
export interface Analyser {
  readonly references: (text: string) => Promise<SqlReferences>;
  readonly analyse: (request: AnalysisRequest) => Promise<SqlAnalysis>;
  /** The columns of files. They are known by their contents: where they lie does not matter. */
  readonly describe: (need: DescribeNeed) => Promise<AnswerTo<DescribeNeed>>;
  /** Ends the helper process, if one was started. */
  readonly close: () => void;
}

/** What an analyser works with. */
export interface AnalyserOptions {
  /** The bundled worker script; it is started with the argument `analyse`. */
  readonly worker: string;
  /** Where answers are kept; it can be deleted at any time. */
  readonly cacheFolder: string;
}

/** Makes an analyser. DuckDB is loaded in a process of its own, which is started at the first question that is new. */
export function createAnalyser(options: AnalyserOptions): Analyser {
  const helper = createHelper(options.worker);
  const answer = async <T>(question: Question, ask: () => Promise<unknown>): Promise<T> => {
    const path = join(options.cacheFolder, `${questionKey(question)}.json`);
    const kept = readAnswer(path);
    if (kept !== undefined) return kept as T;
    const value = await ask();
    writeAnswer(path, value);
    return value as T;
  };
  return {
    references: (text) => answer({ kind: 'references', text }, () => helper.ask({ kind: 'references', text })),
    analyse: (request) => answer({ kind: 'analyse', request }, () => helper.ask({ kind: 'analyse', request })),
    describe: (need) =>
      answer({ kind: 'describe', need: withoutPaths(need) }, () => helper.ask({ kind: 'describe', need })),
    close: helper.close,
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

interface Helper {
  readonly ask: (question: Question) => Promise<unknown>;
  readonly close: () => void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

function createHelper(worker: string): Helper {
  const waiting = new Map<number, Waiting>();
  let child: ChildProcess | undefined;
  let count = 0;
  const fail = (reason: string) => {
    child = undefined;
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  };
  const start = () => {
    const started = fork(worker, ['analyse'], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    let errors = '';
    started.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
    started.on('message', (reply: AnalysisReply) => {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.ok) asked?.resolve(reply.value);
      else asked?.reject(new Error(reply.error));
    });
    started.on('error', (error) => fail(`the SQL helper could not be started: ${error.message}`));
    started.on('close', (code, signal) => {
      if (child === started)
        fail(`the SQL helper ended (${signal ?? code})${errors === '' ? '' : `: ${errors.trim()}`}`);
    });
    return started;
  };
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        child ??= start();
        const id = (count += 1);
        waiting.set(id, { resolve, reject });
        child.send({ id, ...question } satisfies AnalysisMessage);
      }),
    close: () => {
      const open = child;
      child = undefined;
      open?.kill();
    },
  };
}
