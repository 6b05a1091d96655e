import { didYouMean } from '../../grammar/index.ts';
import { canonicalJson, type Json, type JsonObject } from '../../compiler/json.ts';
import type { Inferred, InferContext } from '../../compiler/kinds/kind.ts';
import type { RootFile } from '../../compiler/plan/plan.ts';
import { renderColumnType, type Column } from '../../compiler/types.ts';
import type { FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';
import { relativeNames } from '../../runtime/data/relative-names.ts';
import { DECODER } from '../../runtime/engines/images/decode-image.ts';
import { checkCondition, conditionNeed } from '../conditions.ts';
import { FILENAME, partitionOf, planColumns, quarantineColumns, tableColumns, type SchemaProblem, type SourcePlan } from './source-columns.ts';
import { readerOptions } from './source-params.ts';

/** The type of a source: the columns that its files have, with the types that `schema` gives them. */
export function inferSource(format: FileFormat, context: InferContext): Inferred | undefined {
  const { params, report } = context;
  const [input] = context.inputs;
  if (input?.kind !== 'text') return undefined;
  const found = context.ask({ need: 'files', pattern: input.text, from: context.file });
  if (found === undefined) return undefined;
  if (!found.ok) {
    report('unreadable-files', input.span, { message: found.message, hint: found.hint });
    return undefined;
  }
  if (!checkSize(context)) return undefined;
  const answer = context.ask({ need: 'describe', format, files: found.files, options: readerOptions(format, params) });
  if (answer === undefined) return undefined;
  if (!answer.ok) {
    report('unreadable-files', input.span, { message: answer.message, hint: answer.hint });
    return undefined;
  }
  const spelled = spellColumns(context, answer.columns);
  const plan = planColumns(format, answer.columns, spelled);
  const columns = tableColumns(plan);
  const sound = [
    checkSchema(context, plan, answer.columns),
    checkFilename(context, answer.columns, found.files),
    checkPartitions(context, answer.columns, found.files),
    checkNamedColumns(context, columns),
  ].every(Boolean);
  const conditions = plan.problems.length === 0 ? inferConditions(context, plan, columns) : undefined;
  if (!sound || conditions === undefined) return undefined;
  const table = (of: readonly Column[]) => ({ kind: 'table', columns: of, sources: [context.name], reach: 'row' }) as const;
  return {
    type: table(columns),
    ...(params['invalid'] === 'quarantine' ? { parts: { quarantine: table(quarantineColumns(plan)) } } : {}),
    roots: found.files,
    identity: {
      ...(conditions.identity === '{}' ? {} : { 'param:schema': conditions.identity }),
      ...(params[FILENAME] === true ? { filename: canonicalJson(found.files.map(fileName)) } : {}),
      ...(format === 'images' ? { decoder: DECODER, files: canonicalJson(namesOf(answer.columns, found.files)) } : {}),
      ...(params['partitions'] === undefined ? {} : { partitions: canonicalJson(found.files.map(({ path }) => partitionNames(params).map((name) => partitionOf(path, name) ?? null))) }),
    },
    ...(conditions.portable && format !== 'images' ? {} : { guarantee: 'platform' }),
    params: { ...spelled, described: answer.columns as unknown as Json },
  };
}

/** The size of images is their height and width. */
function checkSize({ params, report, spanOf }: InferContext): boolean {
  const size = params['size'] as readonly number[] | undefined;
  if (size === undefined || size.length === 2) return true;
  report('unfit-size', spanOf(['size'], 'value'), { size });
  return false;
}

/** What the paths of images tell: their labels, and where they lie. Those of IDX and Parquet files tell nothing. */
function namesOf(columns: readonly Column[], files: readonly RootFile[]): string[] {
  const paths = files.map(({ path }) => path);
  const labels = columns.some(({ name }) => name === 'label') ? paths.map((path) => path.split(/[\\/]/).at(-2) ?? '') : [];
  return columns[0]?.name === 'file' ? [...relativeNames(paths), ...labels] : [];
}

function fileName({ path }: RootFile): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** The parameters with each column spelled as in the files, so that case is in no key. */
function spellColumns({ params }: InferContext, columns: readonly Column[]): JsonObject {
  const names = new Map(columns.map(({ name }) => [name.toLowerCase(), name]));
  const spell = (value: Json | undefined): Json | undefined => {
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => spell(item) ?? null);
    if (typeof value !== 'object' || value === null) return value;
    const named = (value as JsonObject)['$column'];
    if (typeof named === 'string') return { $column: names.get(named.toLowerCase()) ?? named };
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spell(inner) ?? null]));
  };
  const changed = ['dedupe', 'unique', 'time'].flatMap((key) => {
    const value = spell(params[key]);
    return value === undefined ? [] : [[key, value] as const];
  });
  return { ...params, ...Object.fromEntries(changed) };
}

function checkSchema({ params, report, spanOf }: InferContext, plan: SourcePlan, found: readonly Column[]): boolean {
  const names = found.map(({ name }) => name);
  const say = (problem: SchemaProblem): void => {
    const path = ['schema', problem.key];
    switch (problem.kind) {
      case 'missing':
        report('column-not-in-files', spanOf(path, 'key'), { column: problem.key, columns: names, suggestion: didYouMean(problem.key, names) });
        break;
      case 'twice':
        report('column-twice', spanOf(path, 'key'), { column: problem.key });
        break;
      case 'impossible':
        report('impossible-type', spanOf(path, 'value'), {
          column: problem.key,
          from: renderColumnType(problem.from),
          to: renderColumnType(problem.to),
        });
    }
  };
  plan.problems.forEach(say);
  const undeclared = params['extra'] === 'fail' ? plan.extra : [];
  if (undeclared.length > 0) report('undeclared-columns', spanOf(['schema'], 'key'), { columns: undeclared });
  return plan.problems.length === 0 && undeclared.length === 0;
}

function checkFilename({ params, report, spanOf }: InferContext, columns: readonly Column[], files: readonly RootFile[]): boolean {
  if (params[FILENAME] !== true) return true;
  const at = spanOf([FILENAME], 'key');
  if (columns.some(({ name }) => name.toLowerCase() === FILENAME)) {
    report('column-twice', at, { column: FILENAME });
    return false;
  }
  const seen = new Set<string>();
  const twice = files.map(fileName).find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) report('filename-ambiguous', at, { name: twice });
  return twice === undefined;
}

/** The columns that folders tell, in the order in which they are declared. */
function partitionNames(params: JsonObject): string[] {
  return Object.keys((params['partitions'] ?? {}) as JsonObject);
}

function checkPartitions({ params, report, spanOf }: InferContext, columns: readonly Column[], files: readonly RootFile[]): boolean {
  let sound = true;
  for (const name of partitionNames(params)) {
    const at = spanOf(['partitions', name], 'key');
    const missing = files.find(({ path }) => partitionOf(path, name) === undefined);
    const twice = columns.some((column) => column.name.toLowerCase() === name.toLowerCase()) || (name.toLowerCase() === FILENAME && params[FILENAME] === true);
    if (twice) report('column-twice', at, { column: name });
    else if (missing !== undefined) report('no-partition', at, { name, file: missing.path });
    if (twice || missing !== undefined) sound = false;
  }
  return sound;
}

/** Columns that parameters name are columns of the source itself. */
function checkNamedColumns(context: InferContext, columns: readonly Column[]): boolean {
  const { params, report, spanOf, name: table } = context;
  const names = columns.map(({ name }) => name);
  const known = new Set(names.map((name) => name.toLowerCase()));
  const check = (value: Json | undefined, path: readonly (string | number)[]): boolean => {
    if (Array.isArray(value)) return (value as readonly Json[]).map((item, index) => check(item, [...path, index])).every(Boolean);
    if (typeof value !== 'object' || value === null) return true;
    const named = (value as JsonObject)['$column'];
    if (typeof named !== 'string') return Object.entries(value).map(([key, inner]) => check(inner, [...path, key])).every(Boolean);
    if (known.has(named.toLowerCase())) return true;
    report('unknown-column', spanOf(path, 'value'), { name: named, table, columns: names, suggestion: didYouMean(named, names) });
    return false;
  };
  return ['dedupe', 'unique', 'time'].map((key) => check(params[key], [key])).every(Boolean);
}

/** What the conditions of a schema are in one spelling. */
interface Conditions {
  readonly identity: string;
  readonly portable: boolean;
}

/**
 * The schema as it is part of the fingerprint: columns spelled as in the files, conditions as parse trees, so that
 * neither order nor layout counts. Checks the conditions on the way.
 */
function inferConditions(context: InferContext, plan: SourcePlan, columns: readonly Column[]): Conditions | undefined {
  const { ask, params, report, spanOf } = context;
  const declared = plan.columns.flatMap(({ origin, column, declared: type }) => (column === undefined || type === undefined ? [] : [{ block: origin === 'partition' ? 'partitions' : 'schema', column, type }]));
  const schema = new Map(Object.entries({ ...(params['schema'] as JsonObject | undefined), ...(params['partitions'] as JsonObject | undefined) }).map(([key, encoded]) => [key.toLowerCase(), { key, encoded }]));
  const canonical = new Map<string, Json>();
  let sound = true;
  let portable = true;
  for (const { block, column, type } of declared) {
    const { key, encoded } = schema.get(column.name.toLowerCase()) ?? { key: column.name, encoded: {} };
    canonical.set(column.name, encoded);
    if (type.where === undefined) continue;
    const answer = ask(conditionNeed(type.where, columns));
    const condition = answer === undefined ? undefined : checkCondition(answer, columns);
    if (condition?.ok === true) {
      canonical.set(column.name, { ...(encoded as JsonObject), where: condition.canonical });
      portable &&= condition.portable;
    } else sound = false;
    if (condition?.ok === false) {
      report('bad-where', spanOf([block, key], 'value'), { column: key, message: condition.message, hint: condition.hint });
    }
  }
  return sound ? { identity: canonicalJson(Object.fromEntries(canonical)), portable } : undefined;
}
