import type { DuckDBConnection } from '@duckdb/node-api';
import type { Json } from '../../compiler/json.ts';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { ModelArtifact, SplitArtifact } from '../../compiler/plan/artifact.ts';
import { loadParts } from '../../runtime/data/load-parts.ts';
import { inputOf, openTable } from '../../runtime/data/load-table.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import { appendColumns } from '../../runtime/engines/duckdb/append-columns.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { keepTable, withTables } from '../../runtime/engines/duckdb/table-session.ts';
import type { FittedFeature, FittedFeatures } from '../features/fitted.ts';
import { fittedOf } from '../features/load-features.ts';
import { readScores, SCORED_PARTS } from '../models/scored-model.ts';
import { foldSlot } from '../splits/fold-slot.ts';
import { widthOf } from './combine.ts';
import { predictionColumns, predictionNames } from './meta-features.ts';

interface OutOfFoldParams {
  readonly folds: number;
  readonly members: number;
  readonly target: { readonly $column: string };
}

/** A column of predictions over all rows of the table; NaN where a row is in no part. */
interface PredictionColumn {
  readonly name: string;
  readonly values: Scores['values'];
}

/** Makes a table of predictions beside the target and what is passed through, and the features that a meta model sees in it. */
export async function runOutOfFold(context: RunContext): Promise<RunResult> {
  const { members, target } = context.step.params as unknown as OutOfFoldParams;
  const passed = context.inputs.some(({ slot }) => slot === 'x') ? fittedOf(context, 'x') : undefined;
  return withTables(
    context,
    async (connection) => {
      const columns: PredictionColumn[] = [];
      for (let member = 0; member < members; member++) columns.push(...(await predictionsOf(context, connection, member)));
      const fitted: FittedFeatures = { target: target.$column, rows: inputOf(context, 'parts', 'split').parts.train.rows, ...metaFeatures(columns, passed) };
      await appendColumns(connection, 'predictions', columns.map(({ values }) => values));
      const table = await openTable(context, passed === undefined ? 'parts.table' : 'x.table');
      const kept = [...new Set([...(passed?.features.map(({ column }) => column) ?? []), target.$column])];
      const selected = [...kept.map((column) => `data.${sqlName(column)}`), ...columns.map(({ name }, index) => `nullif(said.c${index}, 'nan') AS ${sqlName(name)}`)];
      const select = `SELECT ${selected.join(', ')} FROM ${table.from} AS data POSITIONAL JOIN predictions AS said ORDER BY data.${ROW_NUMBER}`;
      return { outputs: { value: await keepTable(context, connection, select), features: { type: 'features', fitted: fitted as unknown as Json } } };
    },
    1,
  );
}

/** What a member says of every row, one column for each value of a prediction. */
async function predictionsOf(context: RunContext, connection: DuckDBConnection, index: number): Promise<PredictionColumn[]> {
  const { folds } = context.step.params as unknown as OutOfFoldParams;
  const member = inputOf(context, `model[${index}]`, 'model');
  const split = inputOf(context, 'parts', 'split');
  const width = widthOf(member);
  const said: Said[] = [];
  for (const part of SCORED_PARTS) said.push(await saidOf(context, connection, { split, model: member, part }));
  for (let fold = 1; fold <= folds; fold++) {
    said.push(await saidOf(context, connection, { split: inputOf(context, `fold${fold}`, 'split'), model: inputOf(context, foldSlot(index, fold), 'model'), part: 'test' }));
  }
  const single = said.every(({ values }) => values instanceof Float32Array);
  const whole = new (single ? Float32Array : Float64Array)(split.rows * width).fill(NaN);
  for (const { rows, values } of said) {
    if (values.length !== rows.length * width) throw new Error(`a model has ${values.length} values for ${rows.length} rows`);
    rows.forEach((row, at) => whole.set(values.subarray(at * width, (at + 1) * width), row * width));
  }
  const names = predictionNames(index, member);
  return predictionColumns(whole, width).map((values, at) => ({ name: names[at] ?? '', values }));
}

/** What a model says of the rows of a part, and where these stand in the table. */
interface Said {
  readonly rows: Uint32Array;
  readonly values: Scores['values'];
}

async function saidOf(context: RunContext, connection: DuckDBConnection, { split, model, part }: { readonly split: SplitArtifact; readonly model: ModelArtifact; readonly part: (typeof SCORED_PARTS)[number] }): Promise<Said> {
  const parts = await loadParts(connection, context, split, [part]);
  const rows = parts[part];
  if (rows === undefined) throw new Error(`the split has no part ${part}`);
  const { values } = await readScores(context, model, part);
  return { rows, values };
}

/** Predictions as they are, beside the features that are passed through. */
function metaFeatures(columns: readonly PredictionColumn[], passed: FittedFeatures | undefined): Pick<FittedFeatures, 'features' | 'salt'> {
  const taken = passed?.features.find(({ column }) => columns.some(({ name }) => name === column));
  if (taken !== undefined) throw new StepError(`the feature \`${taken.column}\` has the name of a prediction`, 'give it another name in SQL');
  const predictions = columns.map(({ name, values }): FittedFeature => ({ kind: 'number', column: name, type: values instanceof Float32Array ? 'real' : 'float' }));
  const features = [...predictions, ...(passed?.features ?? [])].sort((a, b) => (a.column < b.column ? -1 : 1));
  return { features, ...(passed?.salt === undefined ? {} : { salt: passed.salt }) };
}
