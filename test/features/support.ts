import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose, type Diagnostic } from '../../grammar/index.ts';
import type { JsonObject } from '../../compiler/json.ts';
import type { InferContext, InferInput, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunInput } from '../../compiler/kinds/run.ts';
import type { Artifact, BlobRef, FeaturesArtifact, SplitArtifact, TableArtifact } from '../../compiler/plan/artifact.ts';
import type { FeaturesType, SplitType, TableType, ValueType } from '../../compiler/types.ts';
import { missingCode, type Feature } from '../../runtime/data/matrix.ts';
import { appendColumns } from '../../runtime/engines/duckdb/append-columns.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { columnOf } from '../../runtime/engines/duckdb/table-types.ts';
import { writeTable } from '../../runtime/engines/duckdb/write-table.ts';
import { holdout } from '../../stdlib/splits/holdout.ts';
import { prepare } from '../../stdlib/features/prepare.ts';

/** A folder that stands for the store: blobs by digest. */
export interface Bench {
  readonly folder: string;
  readonly threads: number;
  readonly remove: () => void;
}

export function makeBench(threads = 2): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'mlp-features-'));
  return { folder, threads, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const params = (target: string, more: JsonObject = {}): JsonObject => ({ target: { $column: target }, ...more });

const column = (name: string): JsonObject => ({ $column: name });
export const columns = (...names: string[]): JsonObject[] => names.map(column);

/** A table made by a query, as a step would leave it. A column is nullable if it has a null. */
export async function makeTable(bench: Bench, query: string): Promise<MadeTable> {
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 30 });
  const path = join(bench.folder, `${Math.random().toString(36).slice(2)}.parquet`);
  const written = await writeTable(connection, { select: query, path });
  const prepared = await connection.prepare(query);
  const columns = written.columns.map(({ name, nulls }, i) => ({ ...columnOf(name, prepared.columnType(i)), nullable: nulls > 0 }));
  prepared.destroySync();
  connection.closeSync();
  return { artifact: { ...written, file: putFile(bench, path) }, type: { kind: 'table', columns, sources: ['source'], reach: 'row' } };
}

function putFile(bench: Bench, path: string): BlobRef {
  const bytes = readFileSync(path);
  const digest = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(bench.folder, digest), bytes);
  return { digest, bytes: bytes.length };
}

/** Infers a kind by itself: columns are taken as checked, every place is the declaration's. */
export function infer(kind: Kind, given: JsonObject, input: { readonly slot: string; readonly type: ValueType }) {
  const diagnostics: Diagnostic[] = [];
  const span = { file: 'test.mlp', start: 0, end: 1 };
  const value: InferInput = { kind: 'value', slot: input.slot, span, text: input.slot, step: input.slot, part: 'value', type: input.type, maker: { name: 'split', seeded: true } };
  const context: InferContext = {
    name: kind.name,
    file: span.file,
    span,
    params: withDefaults(kind, given),
    inputs: [value],
    table: () => ({ found: 'nothing', candidates: [] }),
    ask: () => undefined,
    report: (code, at, parameters, related) => void diagnostics.push(diagnose(code, at, parameters, related)),
    kind: () => undefined,
    spanOf: () => span,
    machine: { platform: 'linux-x64', processor: 'any', arithmetic: 'any' },
    engines: {},
  };
  const inferred = kind.infer(context);
  return { inferred, diagnostics };
}

function withDefaults(kind: Kind, given: JsonObject): JsonObject {
  const defaults = Object.entries(kind.params.properties).flatMap(([key, schema]) =>
    schema['default'] === undefined ? [] : [[key, schema['default']] as const],
  );
  return { ...Object.fromEntries(defaults), ...given } as JsonObject;
}

export function runContext(bench: Bench, given: JsonObject, inputs: readonly RunInput[], seed = '1'): RunContext {
  return {
    step: { params: given } as unknown as RunContext['step'],
    inputs,
    seed,
    blobPath: async (digest) => join(bench.folder, digest),
    readBlob: async (digest) => readFileSync(join(bench.folder, digest)),
    temporaryFile: (extension) => join(bench.folder, `${Math.random().toString(36).slice(2)}${extension}`),
    putFile: async (path) => putFile(bench, path),
    putBytes: async () => ({ digest: '', bytes: 0 }),
    progress: () => undefined,
    checkpoint: { load: async () => undefined, save: async () => undefined },
    kept: { find: () => undefined, save: async () => undefined, room: 0 },
    threads: bench.threads,
    memory: 2 ** 30,
    engines: {},
    secret: () => '',
  };
}

const input = (slot: string, artifact: Artifact, more: Partial<RunInput> = {}): RunInput => ({ slot, part: 'value', artifact, ...more });

function done(kind: Kind, result: { readonly inferred: Inferred | undefined; readonly diagnostics: readonly Diagnostic[] }): Inferred {
  if (result.inferred === undefined || result.diagnostics.length > 0) {
    throw new Error(`${kind.name}: ${result.diagnostics.map((one) => `${one.message} (${one.hint ?? ''})`).join('; ')}`);
  }
  return result.inferred;
}

export interface MadeTable {
  readonly artifact: TableArtifact;
  readonly type: TableType;
}

export interface MadeSplit {
  readonly artifact: SplitArtifact;
  readonly type: SplitType;
  readonly warnings: readonly string[];
}

export async function split(bench: Bench, table: MadeTable, given: JsonObject, seed = '1', kind = holdout): Promise<MadeSplit> {
  const inferred = done(kind, infer(kind, given, { slot: 'table', type: table.type }));
  const { outputs, warnings = [] } = await kind.run(runContext(bench, inferred.params ?? given, [input('table', table.artifact)], seed));
  return { artifact: outputs['value'] as SplitArtifact, type: inferred.type as SplitType, warnings };
}

export interface MadeFeatures {
  readonly artifact: FeaturesArtifact;
  readonly type: FeaturesType;
  readonly warnings: readonly string[];
  /** What a trainer is given, with the features in the slot `x`. */
  readonly context: RunContext;
}

export async function makeFeatures(bench: Bench, table: MadeTable, parts: MadeSplit, given: JsonObject = {}, memory?: number): Promise<MadeFeatures> {
  const inferred = done(prepare, infer(prepare, given, { slot: 'parts', type: parts.type }));
  const type = inferred.type as FeaturesType;
  const read = inferred.reads?.['parts'] ?? [];
  const inputs = [input('parts', parts.artifact), input('parts.table', table.artifact, { columns: read })];
  const running = runContext(bench, inferred.params ?? given, inputs);
  const { outputs, warnings = [] } = await prepare.run(memory === undefined ? running : { ...running, memory });
  const artifact = outputs['value'] as FeaturesArtifact;
  const columnsRead = [...new Set([...type.reads, parts.type.target.name])].sort();
  const context = runContext(bench, {}, [
    input('x', artifact),
    input('x.split', parts.artifact),
    input('x.table', table.artifact, { columns: columnsRead }),
  ]);
  return { artifact, type, context, warnings };
}

/** A split whose parts are told: row `i` is of part `codes[i]`. */
export async function splitBy(bench: Bench, table: MadeTable, given: JsonObject, codes: Uint8Array): Promise<MadeSplit> {
  const made = await split(bench, table, given);
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 30 });
  await appendColumns(connection, 'codes', [codes]);
  const path = join(bench.folder, `${Math.random().toString(36).slice(2)}.parquet`);
  await connection.run(`COPY (SELECT c0 AS part FROM codes) TO ${sqlString(path)} (FORMAT parquet, ROW_GROUP_SIZE 122880)`);
  connection.closeSync();
  const part = (code: number): { rows: number; classes: number[] } => ({ rows: codes.filter((one) => one === code).length, classes: [] });
  const parts = { train: part(0), validate: part(1), test: part(2) };
  return { ...made, artifact: { ...made.artifact, codes: putFile(bench, path), parts } };
}

/** A feature as numbers, one list a row: one value, or for `one_hot` one a level. Missing is null. */
export function rowsOf(feature: Feature): (number | null)[][] {
  if (feature.kind === 'numeric') return Array.from(feature.values, (value) => [Number.isNaN(value) ? null : value]);
  const { codes, levels, oneHot } = feature;
  const missing = missingCode(codes);
  return Array.from(codes, (code) => (oneHot ? levels.map((_, level) => Number(level === code)) : [code === missing ? null : code]));
}
