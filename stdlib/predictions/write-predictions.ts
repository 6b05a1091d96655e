import type { DuckDBConnection } from '@duckdb/node-api';
import type { ModelArtifact } from '../../compiler/plan/artifact.ts';
import { StepError } from '../../compiler/kinds/run.ts';
import { hasClasses } from '../../compiler/types.ts';
import type { Codes } from '../../runtime/data/matrix.ts';
import { missingCode } from '../../runtime/data/matrix.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import { openAppender } from '../../runtime/engines/duckdb/append-columns.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { exportQuery } from '../../runtime/engines/duckdb/export-table.ts';
import { allocateCodes, type ColumnArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { decideClass } from '../metrics/decide.ts';

/** What the predictions are of. */
export interface Predicting {
  readonly model: Pick<ModelArtifact, 'task' | 'classes' | 'threshold'>;
  /** The type of the target in DuckDB, which predicted classes have too. */
  readonly targetType: string;
  /** Values of no rows: of the type that all values will have. */
  readonly like: Scores['values'];
}

/** Takes predictions in the order of the rows, and makes the file of them. */
export interface PredictionWriter {
  /** Values of rows, in the layout of `Scores.values`. */
  readonly add: (values: Scores['values'], rows: number) => void;
  /** Rows without a prediction. */
  readonly skip: (rows: number) => void;
  /** Writes the file, in the format that its extension names. */
  readonly finish: (out: string) => Promise<void>;
}

const TABLE = 'predictions';
const SKIPPED_AT_ONCE = 65_536;

/** Opens a writer. Predictions wait in a table of the database, which puts on the disk what it has no memory for. */
export async function openPredictions(connection: DuckDBConnection, predicting: Predicting): Promise<PredictionWriter> {
  const { model, like } = predicting;
  const { classes } = model;
  const width = model.task === 'multiclass' ? classes.length : 1;
  const columnsOf = (values: Scores['values'], rows: number): ColumnArray[] => {
    const columns = width === 1 ? [values] : Array.from({ length: width }, (_, at) => every(values, at, width));
    return !hasClasses(model.task) ? columns : [decide(values, rows, model), ...columns];
  };
  const appender = await openAppender(connection, TABLE, columnsOf(like, 0));
  return {
    add: (values, rows) => {
      appender.append(columnsOf(values, rows));
    },
    skip: (rows) => {
      for (let left = rows; left > 0; left -= SKIPPED_AT_ONCE) {
        const size = Math.min(left, SKIPPED_AT_ONCE);
        const nothing = columnsOf(new (like.constructor as new (length: number) => Scores['values'])(size * width).fill(NaN), size);
        const [first] = nothing;
        if (hasClasses(model.task)) first?.fill(missingCode(first as Codes));
        appender.append(nothing);
      }
    },
    finish: async (out) => {
      appender.close();
      const exported = await exportQuery(connection, `SELECT ${selected(predicting).join(', ')} FROM ${TABLE}`, out);
      if (!exported.ok) throw new StepError(exported.message, exported.hint);
    },
  };
}

function every(values: Scores['values'], from: number, step: number): Scores['values'] {
  const taken = new (values.constructor as new (length: number) => Scores['values'])(values.length / step);
  for (let row = 0, at = from; row < taken.length; row++, at += step) taken[row] = values[at] as number;
  return taken;
}

/** Codes of the predicted classes, with room for the code of a missing one. */
function decide(values: Scores['values'], rows: number, { classes, threshold }: Predicting['model']): Codes {
  const codes = allocateCodes(rows, classes.length);
  const width = classes.length === 2 ? 1 : classes.length;
  for (let row = 0, at = 0; row < rows; row++, at += width) codes[row] = decideClass(values, at, { width, threshold });
  return codes;
}

/** The output's columns: the prediction in the target's type, then probabilities. */
function selected({ model: { task, classes }, targetType }: Predicting): string[] {
  const value = (at: number): string => `nullif(c${at}, 'nan')`;
  if (!hasClasses(task)) return [`${value(0)} AS prediction`];
  const cases = classes.map((label, code) => `WHEN ${code} THEN ${sqlString(label)}::${targetType}`);
  const prediction = `CASE c0 ${cases.join(' ')} END AS prediction`;
  if (task === 'binary') return [prediction, `${value(1)} AS probability`];
  return [prediction, ...classes.map((label, at) => `${value(at + 1)} AS ${sqlName(`probability_${label}`)}`)];
}
