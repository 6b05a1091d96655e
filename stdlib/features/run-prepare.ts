import type { DuckDBConnection } from '@duckdb/node-api';
import type { Json } from '../../compiler/json.ts';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import { deriveSalt, type Salt } from '../../runtime/data/hash.ts';
import { loadParts } from '../../runtime/data/load-parts.ts';
import { columnOf, inputOf, openTable, trainingRows, withDuckDB, type OpenTable } from '../../runtime/data/load-table.ts';
import { loadTarget, selectTarget, takeRows } from '../../runtime/data/load-target.ts';
import type { Codes } from '../../runtime/data/matrix.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { fitEncoding, fitLevels, type CategoryPlan, type UnfinishedCategory } from './fit-categories.ts';
import { fitNumbers, type NumberPlan } from './fit-numbers.ts';
import { fitTargetMean } from './fit-target-mean.ts';
import type { CategoryType, FittedCategory, FittedFeature, FittedFeatures, NumberType } from './fitted.ts';
import type { Encoding, PrepareParams } from './prepare-params.ts';
import { isInteger, readRaw } from './read-raw.ts';

type TargetMean = Extract<Encoding, { $call: 'target_mean' }>;

/** Fits features to the training rows of a split. On one thread: the order of additions shows in a mean's last digit. */
export async function runPrepare(context: RunContext): Promise<RunResult> {
  const params = context.step.params as unknown as PrepareParams;
  const split = inputOf(context, 'parts', 'split');
  const table = await openTable(context, 'parts.table');
  const salt = deriveSalt(context.seed ?? '0', 'folds');
  const fitted = await withDuckDB(
    context,
    async (connection) => {
      const { numbers, categories } = planColumns(table, params);
      await checkFinite(connection, table, numbers);
      const train = await trainingRows(context, table, split);
      const features: FittedFeature[] = await fitNumbers(connection, train, numbers);
      const leveled = [];
      for (const plan of categories) leveled.push({ plan, category: await fitLevels(connection, train, plan) });
      const fit = targetMeanFitter(connection, { context, table, split, salt, target: params.target.$column });
      for (const { plan, category } of leveled) features.push(await finishCategory(category, plan.encode, fit));
      return features.sort((a, b) => (a.column < b.column ? -1 : 1));
    },
    1,
  );
  const crossFitted = fitted.some((feature) => feature.kind === 'category' && feature.encoding.kind === 'target_mean');
  const value: FittedFeatures = {
    target: params.target.$column,
    rows: split.parts.train.rows,
    features: fitted,
    ...(crossFitted ? { salt } : {}),
  };
  return { outputs: { value: { type: 'features', fitted: value as unknown as Json } } };
}

function planColumns(table: OpenTable, { use, impute, encode, scale }: PrepareParams) {
  const numbers: NumberPlan[] = [];
  const categories: CategoryPlan[] = [];
  // A column may be called `constructor`.
  const of = <T>(given: Readonly<Record<string, T>>, column: string): T | undefined => (Object.hasOwn(given, column) ? given[column] : undefined);
  for (const { $column: column } of use) {
    const { sql } = columnOf(table.artifact, column);
    const imputation = of(impute, column);
    const common = { column, ...(imputation === undefined ? {} : { impute: imputation }) };
    const encoding = of(encode, column);
    const scaling = of(scale, column);
    if (encoding === undefined) numbers.push({ ...common, type: numberType(sql), ...(scaling === undefined ? {} : { scale: scaling }) });
    else categories.push({ ...common, type: categoryType(sql), encode: encoding });
  }
  return { numbers, categories };
}

function numberType(sql: string): NumberType {
  if (sql === 'BOOLEAN') return 'bool';
  if (sql === 'FLOAT') return 'real';
  if (sql === 'DOUBLE') return 'float';
  return isInteger(sql) ? 'int' : 'decimal';
}

function categoryType(sql: string): CategoryType {
  return sql === 'BOOLEAN' ? 'bool' : isInteger(sql) ? 'int' : 'string';
}

/** An infinite value in any row would reach a trainer, or come in prediction what training never saw. */
async function checkFinite(connection: DuckDBConnection, table: OpenTable, plans: readonly NumberPlan[]): Promise<void> {
  const floats = plans.filter(({ type }) => type === 'float' || type === 'real');
  if (floats.length === 0) return;
  const firsts = floats.map(({ column }) => `(min(${ROW_NUMBER}) FILTER (isinf(${sqlName(column)})) + 1)::DOUBLE`);
  const [row = []] = (await connection.runAndReadAll(`SELECT ${firsts.join(', ')} FROM ${table.from}`)).getRows();
  const at = row.findIndex((first) => first !== null);
  if (at < 0) return;
  const column = floats[at]?.column ?? '';
  throw new StepError(
    `\`${column}\` is infinite in row ${Number(row[at])}, which no feature may be`,
    `make it missing in SQL (\`CASE WHEN isfinite(${column}) THEN ${column} END\`), or leave such rows out`,
  );
}

async function finishCategory(
  category: UnfinishedCategory,
  encode: Encoding,
  fit: (category: UnfinishedCategory, encode: TargetMean) => Promise<FittedCategory>,
): Promise<FittedCategory> {
  return encode.$call === 'target_mean' ? fit(category, encode) : { ...category, encoding: fitEncoding(category, encode) };
}

interface TargetMeanSource {
  readonly context: RunContext;
  readonly table: OpenTable;
  readonly split: SplitArtifact;
  readonly salt: Salt;
  readonly target: string;
}

/** Fits target means, reading what they share once and not before it is needed. */
function targetMeanFitter(connection: DuckDBConnection, { context, table, split, salt, target: name }: TargetMeanSource) {
  const read = async () => {
    const rows = (await loadParts(connection, context, split, ['train'])).train;
    return { rows, target: selectTarget(await loadTarget(connection, table, name, split), rows) };
  };
  let shared: ReturnType<typeof read> | undefined;
  return async (category: UnfinishedCategory, encode: TargetMean): Promise<FittedCategory> => {
    const { rows, target } = await (shared ??= read());
    const source = { from: table.from, rows: table.artifact.rows, columns: table.artifact.columns };
    const raw = (await readRaw(connection, source, [category])).get(category.column);
    const codes = takeRows(raw as Codes, rows);
    return { ...category, encoding: fitTargetMean({ category, encode, codes, target, rows, salt }) };
  };
}
