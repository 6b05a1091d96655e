import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose, type Diagnostic, type Span } from '../../grammar/index.ts';
import type { JsonObject } from '../../compiler/json.ts';
import type { Inferred, InferContext, InferInput, Kind, TableLookup } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import type { AnswerTo, KindNeed } from '../../compiler/needs.ts';
import type { Artifact, BlobRef, TableArtifact } from '../../compiler/plan/artifact.ts';
import type { PlanOutput, PlanStep, RootFile } from '../../compiler/plan/plan.ts';
import type { TableType } from '../../compiler/types.ts';
import { findFiles } from '../../runtime/data/files.ts';
import { analyseQuery } from '../../runtime/engines/duckdb/analyse-query.ts';
import { findReferences } from '../../runtime/engines/duckdb/analyse-references.ts';
import { connectDuckDB, connectForAnalysis } from '../../runtime/engines/duckdb/connect.ts';
import { describeFiles } from '../../runtime/engines/duckdb/describe-files.ts';

/** A table that a test has made, with its type: an input for the next kind. */
export interface MadeTable {
  readonly type: TableType;
  readonly artifact: TableArtifact;
}

/** A folder that stands for a store: blobs by digest. */
export interface Workbench {
  readonly folder: string;
  readonly infer: (request: InferRequest) => Promise<InferOutcome>;
  readonly run: (request: RunRequest) => Promise<RunResult>;
  readonly blobPath: (digest: string) => string;
  /** Infers and runs; throws on any diagnostic that is an error. */
  readonly make: (request: InferRequest & { readonly threads?: number }) => Promise<RunResult & { readonly inferred: Inferred }>;
  readonly close: () => Promise<void>;
}

export interface InferRequest {
  readonly kind: Kind;
  /** Encoded parameters; defaults of the kind are filled in. */
  readonly params?: JsonObject;
  /** A text input (files, SQL), or a table by its declared name. */
  readonly input: string | { readonly table: string; readonly other?: string };
  /** Declared tables, by name. */
  readonly tables?: Readonly<Record<string, MadeTable>>;
  readonly name?: string;
}

export interface InferOutcome {
  readonly inferred: Inferred | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export interface RunRequest extends InferRequest {
  readonly inferred: Inferred;
  readonly threads?: number;
}

/** The folder of this checkout, where `npm:` looks. */
const PROJECT = join(import.meta.dirname, '../..');
const FILE = 'test.mlp';

/** Opens a workbench in a folder of its own, which is also the folder of the pipeline's file. */
export async function openWorkbench(): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'mlp-test-'));
  const blobPath = (digest: string): string => join(folder, digest);
  const infer = (request: InferRequest): Promise<InferOutcome> => inferWithAnswers(request, folder);
  const run = (request: RunRequest): Promise<RunResult> => request.kind.run(runContext(request, folder));
  return {
    folder,
    infer,
    run,
    blobPath,
    make: async (request) => {
      const { inferred, diagnostics } = await infer(request);
      const wrong = diagnostics.find(({ severity }) => severity === 'error');
      if (wrong !== undefined || inferred === undefined) throw new Error(`not inferred: ${JSON.stringify(diagnostics)}`);
      return { ...(await run({ ...request, inferred })), inferred };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Calls `infer` until it asks nothing new, answering from the files and DuckDB itself. */
async function inferWithAnswers(request: InferRequest, folder: string): Promise<InferOutcome> {
  const answers = new Map<string, unknown>();
  for (;;) {
    const needs: KindNeed[] = [];
    const diagnostics: Diagnostic[] = [];
    const inferred = request.kind.infer(inferContext(request, { answers, needs, diagnostics }));
    if (needs.length === 0) return { inferred, diagnostics };
    for (const need of needs) answers.set(JSON.stringify(need), await answerNeed(need, folder));
  }
}

interface Dialogue {
  readonly answers: ReadonlyMap<string, unknown>;
  readonly needs: KindNeed[];
  readonly diagnostics: Diagnostic[];
}

function inferContext(request: InferRequest, { answers, needs, diagnostics }: Dialogue): InferContext {
  const span: Span = { file: FILE, start: 0, end: 1 };
  return {
    name: request.name ?? 'made',
    file: FILE,
    span,
    params: withDefaults(request),
    inputs: inputsOf(request, span),
    machine: { platform: 'linux-x64', processor: 'test', arithmetic: 'any' },
    engines: {},
    table: (name): TableLookup => {
      const tables = Object.entries(request.tables ?? {});
      const found = tables.find(([declared]) => declared.toLowerCase() === name);
      if (found === undefined) return { found: 'nothing', candidates: tables.map(([declared]) => declared) };
      return { found: 'table', name: found[0], type: found[1].type };
    },
    ask: <N extends KindNeed>(need: N) => {
      const given = answers.get(JSON.stringify(need)) as AnswerTo<N> | undefined;
      if (given === undefined) needs.push(need);
      return given;
    },
    report: (code, at, parameters, related) => {
      diagnostics.push(diagnose(code, at, parameters, related));
    },
    kind: () => undefined,
    spanOf: () => span,
  };
}

function withDefaults({ kind, params = {} }: InferRequest): JsonObject {
  const defaults = Object.entries(kind.params.properties).flatMap(([key, schema]) => ('default' in schema ? [[key, schema['default']] as const] : []));
  return { ...Object.fromEntries(defaults), ...params } as JsonObject;
}

function inputsOf({ kind, input, tables }: InferRequest, span: Span): InferInput[] {
  const slot = kind.inputs[0]?.name ?? 'input';
  if (typeof input === 'string') return [{ kind: 'text', slot, span: { ...span, end: input.length }, text: input, at: (offset) => offset }];
  return Object.values(input).map((name, index) => {
    const type = tables?.[name]?.type;
    if (type === undefined) throw new Error(`no table ${name}`);
    return { kind: 'value', slot: kind.inputs[index]?.name ?? 'input', span, text: name, step: name, part: 'value', type, maker: { name: 'table', seeded: false } };
  });
}

async function answerNeed(need: KindNeed, folder: string): Promise<unknown> {
  if (need.need === 'files') {
    const { found } = await findFiles({ pattern: need.pattern, from: join(folder, need.from), project: PROJECT });
    return found.ok ? { ok: true, files: await Promise.all(found.paths.map(rootFile)) } : found;
  }
  if (need.need === 'describe') {
    const connection = await connectDuckDB({ threads: 2, memory: 2 ** 30 });
    try {
      return await describeFiles(connection, need);
    } finally {
      connection.closeSync();
    }
  }
  const connection = await connectForAnalysis();
  try {
    return need.need === 'references' ? await findReferences(connection, need.text) : await analyseQuery(connection, need);
  } finally {
    connection.closeSync();
  }
}

async function rootFile(path: string): Promise<RootFile> {
  return { path, ...(await blobOf(path)) };
}

async function blobOf(path: string): Promise<BlobRef> {
  const bytes = await readFile(path);
  return { digest: createHash('sha256').update(bytes).digest('hex'), bytes: (await stat(path)).size };
}

let temporary = 0;

function runContext(request: RunRequest, folder: string): RunContext {
  const { inferred, tables = {}, kind } = request;
  const put = async (path: string): Promise<BlobRef> => {
    const blob = await blobOf(path);
    await copyFile(path, join(folder, blob.digest));
    return blob;
  };
  const input = (slot: string, name: string, columns: readonly string[] | undefined) => {
    const artifact: Artifact | undefined = tables[name]?.artifact;
    if (artifact === undefined) throw new Error(`no table ${name}`);
    return { slot, part: 'value', artifact, ...(columns === undefined ? {} : { columns }) };
  };
  const given = typeof request.input === 'string' ? [] : Object.values(request.input);
  const slots = kind.inputs.map(({ name }) => name);
  const inputs = [
    ...given.map((name, index) => input(slots[index] ?? 'input', name, inferred.reads?.[slots[index] ?? 'input'])),
    ...(inferred.tables ?? []).map(({ slot: at, step, columns }) => input(at, step, columns)),
  ];
  return {
    step: stepOf(request),
    inputs,
    blobPath: async (digest) => join(folder, digest),
    readBlob: (digest) => readFile(join(folder, digest)),
    temporaryFile: (extension) => join(folder, `staged-${temporary++}${extension}`),
    putFile: put,
    putBytes: async (bytes) => {
      const path = join(folder, `staged-${temporary++}`);
      await writeFile(path, bytes);
      return put(path);
    },
    progress: () => undefined,
    checkpoint: { load: async () => undefined, save: async () => undefined },
    kept: { find: () => undefined, save: async () => undefined, room: 0 },
    threads: request.threads ?? 2,
    memory: 2 ** 30,
    engines: {},
    secret: () => '',
  };
}

function stepOf(request: RunRequest): PlanStep {
  const { inferred, kind } = request;
  return {
    name: request.name ?? 'made',
    keyword: kind.keyword ?? 'step',
    kind: kind.name,
    place: { span: { file: FILE, start: 0, end: 1 }, start: { line: 1, column: 1 } },
    params: inferred.params ?? withDefaults(request),
    inputs: [],
    roots: inferred.roots ?? [],
    outputs: Object.entries({ value: inferred.type, ...inferred.parts }).map(([part, type]) => ({ part, type: type.kind as PlanOutput['type'], ...(type.kind === 'table' ? { columns: type.columns } : {}) })),
    after: [],
    guarantee: kind.guarantee,
    identity: inferred.identity ?? {},
    fingerprint: '',
    ...(inferred.query === undefined ? {} : { query: inferred.query }),
  };
}
