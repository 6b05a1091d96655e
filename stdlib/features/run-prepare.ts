import type { DuckDBConnection } from '@duckdb/node-api';
import type { Json } from '../../compiler/json.ts';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import { asKey } from '../../grammar/diagnostics/index.ts';
import { deriveSalt, type Salt } from '../../runtime/data/hash.ts';
import { loadParts } from '../../runtime/data/load-parts.ts';
import { inputOf, openTable, trainingRows, withDuckDB, type OpenTable } from '../../runtime/data/load-table.ts';
import { loadTarget, selectTarget } from '../../runtime/data/load-target.ts';
import { takeRows } from '../../runtime/data/take-rows.ts';
import type { Codes } from '../../runtime/data/matrix.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { batchesOf, fitEncoding, fitLevels, type UnfinishedCategory } from './fit-categories.ts';
import { fitNumbers } from './fit-numbers.ts';
import { fitTargetMean } from './fit-target-mean.ts';
import type { FittedCategory, FittedFeature, FittedFeatures, FittedNumber } from './fitted.ts';
import { selectNumbers, sqlNumber, type FitSource, type NumberPlan } from './fitting-number.ts';
import { keptRows } from './missing-values.ts';
import { planFit, type FitPlans } from './plan-fit.ts';
import type { Encoding, PrepareParams } from './prepare-params.ts';
import { presentSql } from './present-sql.ts';
import { readRaw, type RawSource, type ReadFeature } from './read-raw.ts';

type TargetMean = Extract<Encoding, { $call: 'target_mean' }>;

/** Fits features to the training rows of a split. On one thread: the order of additions shows in a mean's last digit. */
export async function runPrepare(context: RunContext): Promise<RunResult> {
  const params = context.step.params as unknown as PrepareParams;
  const split = inputOf(context, 'parts', 'split');
  const table = await openTable(context, 'parts.table');
  const salt = deriveSalt(context.seed ?? '0', 'folds');
  const plans = planFit(table, params);
  checkWidth(context, table, plans.given);
  const { features, rows } = await withDuckDB(
    context,
    async (connection) => {
      await checkFinite(connection, table, plans.numbers);
      const source = { connection, from: await keptTrainingRows(context, { table, split, plans }) };
      const rows = await countRows(source, plans);
      const numbers = await fitNumbers(source, plans.numbers);
      await checkLogs(connection, table, numbers);
      const categories = await fitLevels(source, rows ?? split.parts.train.rows, plans.categories);
      const means: MeanPlan[] = [];
      const features: FittedFeature[] = [...numbers, ...plans.given];
      plans.categories.forEach(({ encode }, i) => {
        const category = categories[i] as UnfinishedCategory;
        if (encode.$call === 'target_mean') means.push({ category, encode });
        else features.push({ ...category, encoding: fitEncoding(category, encode) });
      });
      features.push(...(await fitMeans(connection, means, { context, table, split, salt, target: params.target.$column, dropping: droppingOf(numbers, categories, plans) })));
      return { features: features.sort((a, b) => (a.column < b.column ? -1 : 1)), rows: rows ?? split.parts.train.rows };
    },
    1,
  );
  const crossFitted = features.some((feature) => feature.kind === 'category' && feature.encoding.kind === 'target_mean');
  const value: FittedFeatures = { target: params.target.$column, rows, features, ...(crossFitted ? { salt } : {}) };
  const warnings = features.flatMap((feature) => warningsOf(feature, rows));
  return { outputs: { value: { type: 'features', fitted: value as unknown as Json } }, ...(warnings.length === 0 ? {} : { warnings }) };
}

/** What the counts of a text's words may take of the memory of a step, in bytes a cell. */
const SHARE_OF_MEMORY = 0.5;

/** A text is as many columns as it has buckets, a byte a row each: too many rows for them are refused before any is read. */
function checkWidth({ memory }: RunContext, { artifact: { rows } }: OpenTable, given: FitPlans['given']): void {
  for (const one of given) {
    if (one.kind !== 'text' || rows * one.buckets <= memory * SHARE_OF_MEMORY) continue;
    const most = 2 ** Math.floor(Math.log2((memory * SHARE_OF_MEMORY) / rows));
    throw new StepError(
      `the words of \`${one.column}\` in ${one.buckets} buckets would be ${(rows * one.buckets).toLocaleString('en')} counts, which do not fit into memory`,
      most >= 2 ? `take fewer buckets: \`ngrams(buckets: ${most})\`, split fewer rows, or give the step more \`--memory\`` : 'split fewer rows, or give the step more `--memory`',
    );
  }
}

/** An infinite value in any row would reach a trainer, or come in prediction what training never saw. */
async function checkFinite(connection: DuckDBConnection, table: OpenTable, plans: readonly NumberPlan[]): Promise<void> {
  const floats = plans.filter(({ type }) => type === 'float' || type === 'real');
  const found = await firstRow(connection, table, floats.map(({ column }) => `isinf(${sqlName(column)})`));
  if (found === undefined) return;
  const column = floats[found.condition]?.column ?? '';
  const written = sqlName(column);
  throw new StepError(
    `\`${column}\` is infinite in row ${found.row}, which no feature may be`,
    `make it missing in SQL (\`CASE WHEN isfinite(${written}) THEN ${written} END\`), or leave such rows out`,
  );
}

/** No row that is trained on or judged by may have a value that has no logarithm. */
async function checkLogs(connection: DuckDBConnection, table: OpenTable, numbers: readonly FittedNumber[]): Promise<void> {
  const logs = numbers.filter(({ log, clip }) => log === 'log1p' && (clip?.low ?? -1) <= -1);
  const found = await firstRow(connection, table, logs.map((number) => `${presentSql(number)} <= ${sqlNumber(-1)}`));
  if (found === undefined) return;
  const column = logs[found.condition]?.column ?? '';
  const key = asKey(column);
  throw new StepError(
    `\`${column}\` is −1 or less in row ${found.row}, and \`log1p\` takes the logarithm of 1 + \`${column}\``,
    `say \`log { ${key}: signed }\`, or keep it above: \`clip { ${key}: 0.. }\``,
  );
}

/** The first row that meets a condition, counted from 1, and which condition. */
async function firstRow(connection: DuckDBConnection, table: OpenTable, conditions: readonly string[]): Promise<{ readonly row: number; readonly condition: number } | undefined> {
  const firsts = await selectNumbers({ connection, from: table.from }, conditions.map((sql) => `min(CASE WHEN ${sql} THEN ${ROW_NUMBER} END) + 1`));
  const condition = firsts.findIndex((first) => first !== null);
  return condition < 0 ? undefined : { row: Number(firsts[condition]), condition };
}

interface Fitting {
  readonly table: OpenTable;
  readonly split: SplitArtifact;
  readonly plans: FitPlans;
}

/** FROM for the training rows that lack no value which rows are dropped for. */
async function keptTrainingRows(context: RunContext, { table, split, plans }: Fitting): Promise<string> {
  const train = await trainingRows(context, table, split);
  const dropping = [
    ...plans.numbers.map((plan) => ({ ...plan, kind: 'number' as const })),
    ...plans.categories.map((plan) => ({ ...plan, kind: 'category' as const })),
    ...plans.given,
  ].filter(({ drop }) => drop === true);
  return dropping.length === 0 ? train : `(SELECT * FROM ${train} WHERE ${dropping.map((one) => `(${presentSql(one)}) IS NOT NULL`).join(' AND ')})`;
}

/** How many training rows are left where some are dropped. */
async function countRows(source: FitSource, { numbers, categories, given }: FitPlans): Promise<number | undefined> {
  const dropping = [...numbers, ...categories, ...given].filter(({ drop }) => drop === true);
  if (dropping.length === 0) return undefined;
  const [rows] = await selectNumbers(source, ['count(*)']);
  if (rows !== null && rows !== undefined && rows > 0) return rows;
  const names = dropping.map(({ column }) => `\`${column}\``).join(', ');
  throw new StepError(`no training row is left when those without ${names} are dropped`, 'drop fewer, or impute them');
}

function droppingOf(numbers: readonly FittedNumber[], categories: readonly UnfinishedCategory[], { given }: FitPlans): ReadFeature[] {
  return [...numbers, ...categories, ...given].filter(({ drop }) => drop === true);
}

interface TargetMeanSource {
  readonly context: RunContext;
  readonly table: OpenTable;
  readonly split: SplitArtifact;
  readonly salt: Salt;
  readonly target: string;
  /** Columns without which training rows are dropped. */
  readonly dropping: readonly ReadFeature[];
}

/** A category that is encoded by means of the target. */
interface MeanPlan {
  readonly category: UnfinishedCategory;
  readonly encode: TargetMean;
}

/** Codes that are in memory at once, of up to four bytes. */
const CODES = 16_000_000;

/** Fits target means, reading what they share once, and not where there are none. */
async function fitMeans(connection: DuckDBConnection, means: readonly MeanPlan[], { context, table, split, salt, target: name, dropping }: TargetMeanSource): Promise<FittedCategory[]> {
  if (means.length === 0) return [];
  const source: RawSource = { from: table.from, rows: table.artifact.rows, columns: table.artifact.columns };
  const { train } = await loadParts(connection, context, split, ['train']);
  const rows = dropping.length === 0 ? train : keptRows(train, dropping, await readRaw(connection, source, dropping));
  const target = selectTarget(await loadTarget(connection, table, name, split), rows);
  const fitted: FittedCategory[] = [];
  for (const batch of batchesOf(means, source.rows, CODES)) {
    const raw = await readRaw(connection, source, batch.map(({ category }) => category));
    for (const { category, encode } of batch) {
      const codes = takeRows(raw.get(category.column) as Codes, rows);
      fitted.push({ ...category, encoding: fitTargetMean({ category, encode, codes, target, rows, salt }) });
    }
  }
  return fitted;
}

/** From so many different values on, a text of which most rows have one of their own is told of. */
const MANY_LEVELS = 100;

/** What was fitted and will be of no use. */
function warningsOf(feature: FittedFeature, rows: number): string[] {
  const { column } = feature;
  if (feature.kind !== 'category' || feature.type !== 'string') return [];
  const { length } = feature.levels;
  if (length < MANY_LEVELS || length <= rows / 2) return [];
  return [
    `\`${column}\` has ${length.toLocaleString('en')} different values in ${rows.toLocaleString('en')} training rows: as a category it says next to nothing of new ones; make words of it (\`text { ${asKey(column)}: ngrams(1..2) }\`), \`hash\` it, or drop it`,
  ];
}
