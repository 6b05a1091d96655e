import { partRef } from '../../compiler/check/provenance.ts';
import type { Json, JsonObject } from '../../compiler/json.ts';
import type { Inferred, InferContext } from '../../compiler/kinds/kind.ts';
import type { Column, FeatureSpec } from '../../compiler/types.ts';
import { didYouMean } from '../../grammar/diagnostics/nearest.ts';
import { bucketNames, cellNames, dateParts, indicatorName } from './feature-names.ts';
import { GROUPS, planColumn, type PlannedColumn, type Planning } from './plan-columns.ts';
import { DEFAULTS, type Transforms } from './prepare-params.ts';

const TRANSFORMS = Object.keys(GROUPS) as (keyof Transforms)[];

/** Finds the features of a `prepare`, and what is done to each column. */
export function inferPrepare(context: InferContext): Inferred | undefined {
  const [input] = context.inputs;
  if (input?.kind !== 'value' || input.type.kind !== 'split') return undefined;
  const split = input.type;
  const planning: Planning = { context, split };
  const used = usedColumns(planning);
  if (used === undefined) return undefined;
  checkNames(planning, used);
  const planned = used.flatMap((column) => planColumn(column, planning) ?? []);
  if (planned.length < used.length) return undefined;
  const features = planned.flatMap(describeFeatures);
  if (!checkTwice(planning, features)) return undefined;
  const reads = planned.map(({ column }) => column.name);
  const needsTarget = planned.some(({ encode }) => encode?.$call === 'target_mean');
  return {
    type: {
      kind: 'features',
      step: context.name,
      split,
      features: features.sort((a, b) => (a.name < b.name ? -1 : 1)),
      reads,
      provenance: { fit: planned.some(isFitted) ? [partRef(split, 'train')] : [], chose: [] },
    },
    reads: { [input.slot]: needsTarget ? [...reads, split.target.name].sort() : reads },
    params: completeParams(planned, planning),
  };
}

/** The columns that are to be features, in the order of their names. */
function usedColumns({ context, split }: Planning): Column[] | undefined {
  const { params, report, spanOf } = context;
  const use = columnNames(params['use']);
  if (use !== undefined && params['drop'] !== undefined) {
    report('use-and-drop', spanOf(['drop'], 'key'), {});
    return undefined;
  }
  const at = use?.indexOf(split.target.name) ?? -1;
  if (at >= 0) {
    report('target-as-feature', spanOf(['use', at], 'value'), { column: split.target.name });
    return undefined;
  }
  const left = new Set([split.target.name, ...split.reserved, ...(columnNames(params['drop']) ?? [])]);
  const used = split.columns.filter(({ name }) => (use === undefined ? !left.has(name) : use.includes(name)));
  if (used.length === 0) {
    report('no-features', context.span, { split: split.step });
    return undefined;
  }
  return used.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A column that is named in a transform must be a feature, and of a text only one thing can be made. */
function checkNames({ context }: Planning, used: readonly Column[]): void {
  const { params, report, spanOf } = context;
  const names = used.map((column) => column.name);
  const refuse = (name: string, key: string, path: readonly (string | number)[], part: 'key' | 'value'): void => {
    if (!names.includes(name)) report('column-not-used', spanOf(path, part), { column: name, key, suggestion: didYouMean(name, names) });
  };
  for (const key of TRANSFORMS) {
    for (const name of Object.keys((params[key] ?? {}) as JsonObject)) if (!GROUPS[key].includes(name)) refuse(name, key, [key, name], 'key');
  }
  columnNames(params['indicator'])?.forEach((name, i) => refuse(name, 'indicator', ['indicator', i], 'value'));
  for (const name of Object.keys((params['encode'] ?? {}) as JsonObject)) {
    const other = ['text', 'date', 'array'].find((key) => Object.hasOwn((params[key] ?? {}) as JsonObject, name));
    if (other === undefined || GROUPS.encode.includes(name)) continue;
    report('not-together', spanOf(['encode', name], 'key'), { one: other, other: 'encode', why: `\`${other}\` makes several features of \`${name}\`: take it out of one of them` });
  }
}

/** Two columns may become features of one name: `date` taken apart beside a column `date_month`. */
function checkTwice({ context, split }: Planning, features: readonly FeatureSpec[]): boolean {
  const seen = new Map([[split.target.name, split.target.name]]);
  for (const { name, from } of features) {
    const other = seen.get(name);
    if (other !== undefined) {
      context.report('feature-twice', context.span, { name, from, other });
      return false;
    }
    seen.set(name, from);
  }
  return true;
}

/** Whether anything is learned from the training rows. */
function isFitted({ encode, scale, bins, clip, impute }: PlannedColumn): boolean {
  return (
    (encode !== undefined && encode.$call !== 'hash') ||
    scale !== undefined ||
    (bins !== undefined && '$call' in bins) ||
    (clip !== undefined && '$call' in clip) ||
    (typeof impute === 'string' && impute !== 'drop')
  );
}

function describeFeatures({ column, role, indicator, ...planned }: PlannedColumn): FeatureSpec[] {
  const from = column.name;
  const beside: FeatureSpec[] = indicator ? [{ name: indicatorName(from), from, kind: 'numeric', nullable: false }] : [];
  switch (role) {
    case 'date':
      return [...dateParts(from, planned.date ?? []).map(({ name }): FeatureSpec => ({ name, from, kind: 'numeric', nullable: true })), ...beside];
    case 'text':
      return [...bucketNames(from, planned.text?.buckets ?? DEFAULTS.ngrams.buckets).map((name): FeatureSpec => ({ name, from, kind: 'numeric', nullable: false })), ...beside];
    case 'array':
      return [...cellNames(from, planned.array ?? []).map((name): FeatureSpec => ({ name, from, kind: 'numeric', nullable: true, shape: planned.array ?? [] })), ...beside];
    default:
      return [{ name: from, from, ...formOf(column, planned) }, ...beside];
  }
}

/** A float may be NaN, which is missing; a category's value may be one that no training row has. */
function formOf(column: Column, { encode, bins, impute, log }: Partial<Transforms>): Pick<FeatureSpec, 'kind' | 'nullable'> {
  switch (encode?.$call) {
    case undefined:
      break;
    case 'target_mean':
    case 'frequency':
      return { kind: 'numeric', nullable: false };
    case 'ordinal':
      if (bins !== undefined) break;
      return { kind: 'numeric', nullable: true };
    case 'native':
    case 'one_hot':
    case 'hash':
      return { kind: 'category', nullable: true };
  }
  const missing = column.nullable || column.type.kind === 'float' || log === 'log1p';
  return { kind: 'numeric', nullable: missing && (impute === undefined || impute === 'drop') };
}

/** What is not asked for is left out, so that it is in no key; the oldest three transforms always were in. */
function completeParams(planned: readonly PlannedColumn[], { context, split }: Planning): JsonObject {
  const collect = (key: keyof Transforms): JsonObject =>
    Object.fromEntries(planned.flatMap((one) => (one[key] === undefined ? [] : [[one.column.name, one[key] as Json]])));
  const optional = (['clip', 'log', 'bins', 'date', 'text', 'array'] as const).flatMap((key) => {
    const found = collect(key);
    return Object.keys(found).length === 0 ? [] : [[key, found] as const];
  });
  const indicators = planned.filter(({ indicator }) => indicator).map(({ column }) => ({ $column: column.name }));
  return {
    stream: context.params['stream'] ?? 0,
    target: { $column: split.target.name },
    use: planned.map(({ column }) => ({ $column: column.name })),
    impute: collect('impute'),
    encode: collect('encode'),
    scale: collect('scale'),
    ...Object.fromEntries(optional),
    ...(indicators.length === 0 ? {} : { indicator: indicators }),
  };
}

function columnNames(columns: Json | undefined): string[] | undefined {
  return Array.isArray(columns) ? (columns as readonly { readonly $column: string }[]).map((one) => one.$column) : undefined;
}
