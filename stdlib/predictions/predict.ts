import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../compiler/json.ts';
import type { Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { record } from '../../compiler/kinds/schema.ts';
import { columnOf, featureSlots, inputOf } from '../../runtime/data/load-table.ts';
import type { Matrix } from '../../runtime/data/matrix.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { bytesOfRow, streamColumns, type ColumnBatch, type ColumnRequest, type ReadArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { withTables } from '../../runtime/engines/duckdb/table-session.ts';
import { applyFeatures, type Applied } from '../features/apply-features.ts';
import { compileFeatures } from '../features/compile-features.ts';
import type { CompiledFeature } from '../features/compiled-feature.ts';
import type { FittedFeatures } from '../features/fitted.ts';
import { fittedOf } from '../features/load-features.ts';
import { rawColumns, requestRaw } from '../features/read-raw.ts';
import { openPredictor } from '../models/predictors.ts';
import { readFailure } from '../sources/read-rows.ts';
import type { PredictParams, PredictStatistics } from './prediction.ts';
import { shapeRows, type ShapedRows } from './shape-rows.ts';
import { describeCounts } from './warnings.ts';
import { openPredictions, type PredictionWriter } from './write-predictions.ts';

/**
 * Predicts the rows of a file: what \`mlp predict\` runs, in a worker as steps are, on whose result nothing depends: it is
 * a file of the user's own. Rows are streamed, in memory that does not grow with them.
 */
export const predict: Kind = {
  name: 'predict',
  version: 1,
  doc: 'Applies fitted features and a model to the rows of a file, as `mlp predict` asks.',
  example: '',
  inputs: [],
  params: record({}),
  seeded: false,
  guarantee: 'platform',
  infer: () => undefined,
  run: runPredict,
};

/** Rows that are predicted at once: enough for equal ones to meet. Of many columns fewer, so that they take no more than this. */
const BATCH_ROWS = 131_072;
const BATCH_BYTES = 32 * 2 ** 20;

async function runPredict(context: RunContext): Promise<RunResult> {
  const params = context.step.params as unknown as PredictParams;
  const model = inputOf(context, 'model', 'model');
  const sets = featureSlots(context).map((slot): FeatureSet => {
    const fitted = fittedOf(context, slot);
    return { fitted, compiled: compileFeatures(fitted) };
  });
  const none = sets.map(noRows);
  const predictor = await openPredictor(context, model, none);
  try {
    // One database reads while another writes: a result that is streamed ends with the next query of its connection.
    const statistics = await withTables(context, (reading) =>
      withTables({ ...context, threads: 1 }, async (writing) => {
        const rows = await shapeRows(context, reading, params);
        const targetType = columnOf(inputOf(context, 'table', 'table'), params.target).sql;
        const like = await predictor.predict(none);
        const writer = await openPredictions(writing, { model, targetType, like });
        const tally = await predictRows({ context, connection: reading, params, rows, sets, writer, predict: predictor.predict });
        await writer.finish(params.out);
        return tally;
      }),
    );
    return { outputs: {}, warnings: statistics.warnings, statistics: statistics.statistics as unknown as JsonObject };
  } finally {
    predictor.close();
  }
}

/** Features that a model looks at, ready to be applied. */
interface FeatureSet {
  readonly fitted: FittedFeatures;
  readonly compiled: readonly CompiledFeature[];
}

function noRows({ compiled }: FeatureSet): Matrix {
  const raw = new Map(compiled.map(({ fitted }) => [fitted.column, new Uint8Array()]));
  return applyFeatures(compiled, raw, { rows: 0 }).matrix;
}

interface Predicting {
  readonly context: RunContext;
  readonly connection: DuckDBConnection;
  readonly params: PredictParams;
  readonly rows: ShapedRows;
  readonly sets: readonly FeatureSet[];
  readonly writer: PredictionWriter;
  readonly predict: Awaited<ReturnType<typeof openPredictor>>['predict'];
}

type Counts = Map<string, number>;

async function predictRows(predicting: Predicting): Promise<{ readonly statistics: PredictStatistics; readonly warnings: readonly string[] }> {
  const { context, connection, params, rows, sets, writer } = predicting;
  const requests: ColumnRequest[] = [];
  for (const { fitted } of sets) requests.push(...(await requestRaw(connection, rows.columns, fitted.features)));
  if (rows.total !== undefined) requests.push({ sql: ROW_NUMBER, as: 'f8' });
  const counts = { missing: new Map<string, number>(), unseen: new Map<string, number>(), infinite: new Map<string, number>() };
  let predicted = 0;
  let next = 0;
  try {
    for await (const batch of streamColumns(connection, { from: rows.from, columns: requests, most: Math.min(BATCH_ROWS, Math.floor(BATCH_BYTES / bytesOfRow(requests))) })) {
      const { columns, numbers } = takeNumbers(batch, rows.total !== undefined);
      const applied = applySets(sets, columns, batch.rows);
      addAll(counts.infinite, applied.infinite);
      addAll(counts.unseen, applied.unseen);
      addAll(counts.missing, applied.missing);
      next = place(writer, { values: await predicting.predict(applied.matrices), rows: batch.rows, numbers, next });
      predicted += batch.rows;
      context.progress({ phase: 'predicting', rows: next });
    }
  } catch (error) {
    throw await readFailure(error, [params.input]);
  }
  const total = rows.total ?? next;
  writer.skip(total - next);
  const statistics: PredictStatistics = {
    rows: total,
    predicted,
    invalidRows: rows.invalidRows,
    unknown: rows.unknown,
    missing: Object.fromEntries(counts.missing),
    unseen: Object.fromEntries(counts.unseen),
    infinite: Object.fromEntries(counts.infinite),
    invalid: rows.invalid,
  };
  return { statistics, warnings: [...rows.warnings, ...describeCounts(statistics, { file: basename(params.input), complete: rows.complete, absent: rows.absent })] };
}

/** Features of rows by sets, and what was found in their columns; one that several sets read is counted once. */
function applySets(sets: readonly FeatureSet[], columns: readonly ReadArray[], rows: number) {
  let from = 0;
  const applied = sets.map(({ fitted, compiled }) => {
    const raw = rawColumns(fitted.features, columns.slice(from, (from += fitted.features.length)));
    const infinite = Object.fromEntries([...raw].map(([column, values]) => [column, dropInfinite(values)]));
    return { infinite, ...applyFeatures(compiled, raw, { rows }) };
  });
  return {
    matrices: applied.map(({ matrix }) => matrix),
    infinite: mostOf(applied.map(({ infinite }) => infinite)),
    unseen: mostOf(applied.map(({ unseen }) => unseen)),
    missing: mostOf(applied.map(({ missing }) => missing)),
  };
}

/** The largest count of each column. */
function mostOf(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const most = new Map<string, number>();
  for (const one of counts) for (const [column, count] of Object.entries(one)) most.set(column, Math.max(count, most.get(column) ?? 0));
  return Object.fromEntries(most);
}

function takeNumbers({ columns }: ColumnBatch, numbered: boolean): { readonly columns: readonly ReadArray[]; readonly numbers?: ReadArray } {
  const numbers = columns.at(-1);
  return numbered && numbers !== undefined ? { columns: columns.slice(0, -1), numbers } : { columns };
}

interface Placing {
  readonly values: Awaited<ReturnType<Predicting['predict']>>;
  readonly rows: number;
  readonly numbers: ReadArray | undefined;
  /** The number of the first row that the writer has not had. */
  readonly next: number;
}

/** Hands values to the writer, with the rows between them that have none. Returns the number of the row after the last. */
function place(writer: PredictionWriter, { values, rows, numbers, next }: Placing): number {
  if (numbers === undefined || numbers[rows - 1] === next + rows - 1) {
    writer.add(values, rows);
    return next + rows;
  }
  const width = values.length / rows;
  for (let start = 0; start < rows; ) {
    const first = numbers[start] as number;
    writer.skip(first - next);
    let end = start + 1;
    while (end < rows && numbers[end] === first + end - start) end++;
    writer.add(values.subarray(start * width, end * width), end - start);
    next = first + end - start;
    start = end;
  }
  return next;
}

/** Makes infinite values missing, and counts them: no model has seen one. */
function dropInfinite(values: ReadArray): number {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value !== Infinity && value !== -Infinity) continue;
    values[i] = NaN;
    count++;
  }
  return count;
}

function addAll(counts: Counts, more: Applied['unseen']): void {
  for (const [column, count] of Object.entries(more)) add(counts, column, count);
}

function add(counts: Counts, column: string, count: number): void {
  if (count > 0) counts.set(column, (counts.get(column) ?? 0) + count);
}
