import { partRef } from '../../compiler/check/provenance.ts';
import type { Json, JsonObject } from '../../compiler/json.ts';
import type { Inferred, InferContext } from '../../compiler/kinds/kind.ts';
import { renderColumnType, type Column, type ColumnType, type FeatureSpec, type SplitType } from '../../compiler/types.ts';
import { didYouMean } from '../../grammar/diagnostics/nearest.ts';
import { ENCODING_DEFAULTS, type Encoding, type Imputation, type Scaling } from './prepare-params.ts';

/** A column with all that is done to it. */
interface Planned {
  readonly column: Column;
  readonly encode?: Encoding;
  readonly impute?: Imputation;
  readonly scale?: Scaling;
}

interface Planning {
  readonly context: InferContext;
  readonly split: SplitType;
}

/** Finds the features of a `prepare`, and what is done to each. */
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
  const reads = planned.map(({ column }) => column.name);
  const needsTarget = planned.some(({ encode }) => encode?.$call === 'target_mean');
  const fitted = planned.some(({ encode, impute, scale }) => encode !== undefined || scale !== undefined || typeof impute === 'string');
  return {
    type: {
      kind: 'features',
      step: context.name,
      split,
      features: planned.map(describeFeature),
      reads,
      provenance: { fit: fitted ? [partRef(split, 'train')] : [], chose: [] },
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

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  impute: ['numeric', 'categorical'],
  encode: ['categorical'],
  scale: ['numeric'],
};

/** A column that is named in a transform must be a feature. */
function checkNames({ context }: Planning, used: readonly Column[]): void {
  const names = used.map((column) => column.name);
  for (const [key, groups] of Object.entries(GROUPS)) {
    for (const name of Object.keys((context.params[key] ?? {}) as JsonObject)) {
      if (groups.includes(name) || names.includes(name)) continue;
      context.report('column-not-used', context.spanOf([key, name], 'key'), { column: name, key, suggestion: didYouMean(name, names) });
    }
  }
}

/** `undefined` when the column cannot be made what is asked for, which has then been reported. */
function planColumn(column: Column, planning: Planning): Planned | undefined {
  const encode = findEncoding(column, planning);
  if (encode === undefined && !isNumber(column.type)) return reportNoFeature(column, planning);
  const role = encode === undefined ? 'numeric' : 'categorical';
  const impute = settingOf('impute', column, role, planning.context.params) as Imputation | undefined;
  const scale = settingOf('scale', column, role, planning.context.params) as Scaling | undefined;
  const sound = [
    encode === undefined || checkEncoding(column, encode, planning),
    impute === undefined || checkImputation(column, impute, role, planning),
    scale === undefined || role === 'numeric' || reportUnfit(column, { key: 'scale', group: 'numeric', transform: scale, ...NO_NUMBER }, planning),
  ].every(Boolean);
  return sound
    ? { column, ...(encode === undefined ? {} : { encode }), ...(impute === undefined ? {} : { impute }), ...(scale === undefined ? {} : { scale }) }
    : undefined;
}

function findEncoding(column: Column, { context }: Planning): Encoding | undefined {
  const entries = (context.params['encode'] ?? {}) as Readonly<Record<string, Encoding>>;
  const own = Object.hasOwn(entries, column.name) && !GROUPS['encode']?.includes(column.name) ? entries[column.name] : undefined;
  const encode = own ?? (column.type.kind === 'string' ? (entries['categorical'] ?? { $call: 'native' }) : undefined);
  switch (encode?.$call) {
    case 'one_hot':
      return { min_count: ENCODING_DEFAULTS.min_count, ...encode };
    case 'target_mean':
      return { smoothing: ENCODING_DEFAULTS.smoothing, folds: ENCODING_DEFAULTS.folds, ...encode };
    default:
      return encode;
  }
}

/** A column's own entry, or its group's; `none` is nothing. */
function settingOf(key: 'impute' | 'scale', column: Column, role: string, params: JsonObject): Json | undefined {
  const entries = (params[key] ?? {}) as JsonObject;
  const own = Object.hasOwn(entries, column.name) && !GROUPS[key]?.includes(column.name);
  return (own ? entries[column.name] : entries[role]) ?? undefined;
}

function isNumber(type: ColumnType): boolean {
  return type.kind === 'int' || type.kind === 'float' || type.kind === 'decimal' || type.kind === 'bool';
}

function checkEncoding(column: Column, encode: Encoding, planning: Planning): boolean {
  const { kind } = column.type;
  if (kind !== 'string' && kind !== 'int' && kind !== 'bool') {
    return reportUnfit(column, { key: 'encode', group: 'categorical', transform: encode.$call, wants: 'a text, a whole number or a bool' }, planning);
  }
  if (encode.$call !== 'target_mean' || planning.split.task !== 'multiclass') return true;
  planning.context.report('target-mean-of-classes', spanOfSetting('encode', column, 'categorical', planning.context), { column: column.name });
  return false;
}

/** A category may become any text; a number only a number. */
function checkImputation(column: Column, impute: Imputation, role: string, planning: Planning): boolean {
  if (typeof impute !== 'string') {
    if (role === 'categorical' || typeof impute.value !== 'string') return true;
    return reportUnfit(column, { key: 'impute', group: role, transform: `constant(${JSON.stringify(impute.value)})`, wants: 'a text' }, planning);
  }
  if (role === 'numeric' || impute === 'most_frequent') return true;
  return reportUnfit(column, { key: 'impute', group: role, transform: impute, ...NO_NUMBER }, planning);
}

/** A transform that does not fit its column. */
interface Misfit {
  readonly key: 'impute' | 'encode' | 'scale';
  readonly group: string;
  readonly transform: string;
  readonly wants: string;
  /** Whether the column is a number that `encode` makes a category. */
  readonly encoded?: boolean;
}

const NO_NUMBER = { wants: 'a column that stays a number', encoded: true } as const;

function reportUnfit(column: Column, { key, group, transform, wants, encoded = false }: Misfit, { context }: Planning): false {
  const note = encoded && isNumber(column.type) ? ', which `encode` makes a category' : '';
  const type = `${renderColumnType(column.type)}${note}`;
  context.report('unfit-transform', spanOfSetting(key, column, group, context), { column: column.name, type, transform, wants });
  return false;
}

/** Where a setting stands: at the column's own entry, or at its group's. */
function spanOfSetting(key: string, column: Column, group: string, { params, spanOf }: InferContext) {
  const entries = (params[key] ?? {}) as JsonObject;
  return Object.hasOwn(entries, column.name) ? spanOf([key, column.name], 'value') : spanOf([key, group], 'value');
}

function reportNoFeature(column: Column, { context }: Planning): undefined {
  const { params, report, spanOf, span } = context;
  const at = columnNames(params['use'])?.indexOf(column.name) ?? -1;
  const [input] = context.inputs;
  const named = at < 0 ? [] : [{ span: spanOf(['use', at], 'value'), message: 'used here' }];
  const brought = at >= 0 || input === undefined ? [] : [{ span: input.span, message: 'all its columns are features, unless `use` or `drop` says which' }];
  report('not-a-feature', span, { column: column.name, type: renderColumnType(column.type), way: wayTo(column), used: at >= 0 }, [...named, ...brought]);
  return undefined;
}

/** SQL that makes something of a column that a model can use. */
function wayTo({ name, type }: Column): string | undefined {
  switch (type.kind) {
    case 'timestamp':
    case 'time':
      return `hour(${name})`;
    case 'date':
      return `month(${name})`;
    case 'list':
      return `len(${name})`;
    case 'struct':
      return `${name}.${type.fields[0]?.name ?? 'field'}`;
    default:
      return undefined;
  }
}

/** A float may be NaN, which is missing; a category's value may be one that no training row has. */
function describeFeature({ column, encode, impute }: Planned): FeatureSpec {
  const base = { name: column.name, from: column.name };
  if (encode === undefined) {
    const nullable = (column.nullable || column.type.kind === 'float') && impute === undefined;
    return { ...base, kind: 'numeric', nullable };
  }
  switch (encode.$call) {
    case 'target_mean':
      return { ...base, kind: 'numeric', nullable: false };
    case 'ordinal':
      return { ...base, kind: 'numeric', nullable: true };
    case 'native':
    case 'one_hot':
      return { ...base, kind: 'category', nullable: true };
  }
}

function completeParams(planned: readonly Planned[], { context, split }: Planning): JsonObject {
  const collect = (key: 'impute' | 'encode' | 'scale'): JsonObject =>
    Object.fromEntries(planned.flatMap((one) => (one[key] === undefined ? [] : [[one.column.name, one[key] as Json]])));
  return {
    stream: context.params['stream'] ?? 0,
    target: { $column: split.target.name },
    use: planned.map(({ column }) => ({ $column: column.name })),
    impute: collect('impute'),
    encode: collect('encode'),
    scale: collect('scale'),
  };
}

function columnNames(columns: Json | undefined): string[] | undefined {
  return Array.isArray(columns) ? (columns as readonly { readonly $column: string }[]).map((one) => one.$column) : undefined;
}

