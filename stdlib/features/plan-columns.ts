import type { JsonObject } from '../../compiler/json.ts';
import type { InferContext } from '../../compiler/kinds/kind.ts';
import { renderColumnType, type Column, type ColumnType, type SplitType } from '../../compiler/types.ts';
import { asKey } from '../../grammar/diagnostics/index.ts';
import { TIME_PARTS } from './date-parts.ts';
import { DEFAULTS, type Bins, type DateEntry, type Encoding, type Scaling, type Shape, type Transforms } from './prepare-params.ts';

/** What becomes of a column: it stays a number, is a name, is taken apart as a date, into words, or into the numbers of a list. */
export type Role = 'number' | 'category' | 'date' | 'text' | 'array';

/** A column with all that is done to it. */
export type PlannedColumn = { readonly column: Column; readonly role: Role; readonly indicator: boolean } & { readonly [K in keyof Transforms]?: Transforms[K] };

/** A `prepare`, and the split whose columns it makes features of. */
export interface Planning {
  readonly context: InferContext;
  readonly split: SplitType;
}

/** The groups of columns that each transform may name. */
export const GROUPS: Readonly<Record<keyof Transforms, readonly string[]>> = {
  impute: ['numeric', 'categorical'],
  clip: ['numeric'],
  log: ['numeric'],
  bins: ['numeric'],
  encode: ['categorical'],
  scale: ['numeric'],
  date: [],
  text: [],
  array: [],
};

/** `undefined` when the column cannot be made what is asked for, which has then been reported. */
export function planColumn(column: Column, planning: Planning): PlannedColumn | undefined {
  const { context } = planning;
  const date = ownSetting('date', column, context.params);
  const text = ownSetting('text', column, context.params);
  const array = ownSetting('array', column, context.params) ?? column.shape;
  const encode = date === undefined && text === undefined && array === undefined ? findEncoding(column, planning) : undefined;
  const binned = binsOf(column, context.params) !== undefined && isNumber(column.type);
  const role = date !== undefined ? 'date' : text !== undefined ? 'text' : array !== undefined ? 'array' : encode !== undefined && !binned ? 'category' : 'number';
  if (role === 'number' && !isNumber(column.type)) return reportNoFeature(column, planning);
  const found: Partial<Transforms> = {
    ...present('impute', settingOf('impute', column, groupOf(role), context.params)),
    ...numericSettings(column, role, planning),
    ...present('encode', encode),
    ...present('date', date),
    ...present('array', array),
    ...present('text', text === undefined ? undefined : { ...DEFAULTS.ngrams, ...text }),
  };
  const sound = [
    checkDate(column, found.date, planning),
    checkArray(column, found.array, planning),
    found.text === undefined || column.type.kind === 'string' || reportUnfit(column, { key: 'text', transform: 'ngrams', wants: 'a text' }, planning),
    checkEncoding(column, found, planning),
    checkImputation(column, { role, ...found }, planning),
    checkNumeric(column, role, planning),
  ].every(Boolean);
  return sound ? { column, role, indicator: hasIndicator(column, context.params), ...found } : undefined;
}

function present<K extends keyof Transforms>(key: K, value: Transforms[K] | undefined): Partial<Transforms> {
  return value === undefined ? {} : { [key]: value };
}

/** What is done to numbers. Bins are not scaled: they are small whole numbers already. */
function numericSettings(column: Column, role: Role, { context: { params } }: Planning): Partial<Transforms> {
  if (role !== 'number') return {};
  const bins = binsOf(column, params);
  const scale = settingOf('scale', column, 'numeric', params);
  return {
    ...present('clip', settingOf('clip', column, 'numeric', params)),
    ...present('log', settingOf('log', column, 'numeric', params)),
    ...present('bins', bins),
    ...present('scale', bins === undefined && scale !== undefined ? completeScale(scale) : undefined),
  };
}

/** The bins of a column: one that `encode` names gets none from its group. */
function binsOf(column: Column, params: JsonObject): Bins | undefined {
  return ownSetting('encode', column, params) === undefined ? settingOf('bins', column, 'numeric', params) : ownSetting('bins', column, params);
}

function completeScale(scale: Scaling): Scaling {
  return typeof scale === 'string' ? scale : { ...DEFAULTS.quantile, ...scale };
}

function findEncoding(column: Column, { context }: Planning): Encoding | undefined {
  const entries = (context.params['encode'] ?? {}) as Readonly<Record<string, Encoding>>;
  const encode = ownSetting('encode', column, context.params) ?? (column.type.kind === 'string' ? (entries['categorical'] ?? { $call: 'native' as const }) : undefined);
  switch (encode?.$call) {
    case 'one_hot':
      return { ...DEFAULTS.one_hot, ...encode };
    case 'target_mean':
      return { ...DEFAULTS.target_mean, ...encode };
    case 'hash':
      return { ...DEFAULTS.hash, ...encode };
    default:
      return encode;
  }
}

/** A column's own entry; `none` is nothing. */
function ownSetting<K extends keyof Transforms>(key: K, column: Column, params: JsonObject): Transforms[K] | undefined {
  const entries = (params[key] ?? {}) as Readonly<Record<string, Transforms[K] | null>>;
  return Object.hasOwn(entries, column.name) && !GROUPS[key].includes(column.name) ? (entries[column.name] ?? undefined) : undefined;
}

/** A column's own entry, or its group's; `none` is nothing. */
function settingOf<K extends keyof Transforms>(key: K, column: Column, group: string | undefined, params: JsonObject): Transforms[K] | undefined {
  const entries = (params[key] ?? {}) as Readonly<Record<string, Transforms[K] | null>>;
  if (Object.hasOwn(entries, column.name) && !GROUPS[key].includes(column.name)) return entries[column.name] ?? undefined;
  // A bool is 0 or 1: nothing to clip, to take logarithms of or to cut.
  if (column.type.kind === 'bool' && (key === 'clip' || key === 'log' || key === 'bins')) return undefined;
  return group === undefined || (group === 'numeric' && !isNumber(column.type)) ? undefined : (entries[group] ?? undefined);
}

function groupOf(role: Role): string | undefined {
  return role === 'number' ? 'numeric' : role === 'category' ? 'categorical' : undefined;
}

function hasIndicator({ name, nullable }: Column, params: JsonObject): boolean {
  const { indicator } = params as { readonly indicator?: boolean | readonly { readonly $column: string }[] };
  return Array.isArray(indicator) ? indicator.some(({ $column }: { readonly $column: string }) => $column === name) : indicator === true && nullable;
}

/** Whether a column is a number as it is; a bool is 0 or 1. */
export function isNumber(type: ColumnType): boolean {
  return type.kind === 'int' || type.kind === 'float' || type.kind === 'decimal' || type.kind === 'bool';
}

const BINNED: readonly string[] = ['ordinal', 'one_hot', 'native'];

function checkEncoding(column: Column, { encode, bins }: Partial<Transforms>, planning: Planning): boolean {
  if (encode === undefined) return true;
  if (bins !== undefined) {
    if (BINNED.includes(encode.$call) && !(encode.$call === 'one_hot' && encode.min_count !== DEFAULTS.one_hot.min_count)) return true;
    const transform = encode.$call === 'one_hot' ? 'one_hot(min_count: …)' : encode.$call;
    return reportUnfit(column, { key: 'encode', transform, wants: 'a column without `bins`', note: 'cut into bins' }, planning);
  }
  const { kind } = column.type;
  if (kind !== 'string' && kind !== 'int' && kind !== 'bool') {
    return reportUnfit(column, { key: 'encode', transform: encode.$call, wants: 'a text, a whole number or a bool' }, planning);
  }
  if (encode.$call !== 'target_mean' || planning.split.task !== 'multiclass') return true;
  planning.context.report('target-mean-of-classes', spanOfSetting('encode', column, planning.context), { column: column.name });
  return false;
}

/** What makes several features of a column. */
const MADE_SEVERAL = { date: 'taken apart by `date`', text: 'made into words by `text`', array: 'whose numbers `array` takes' } as const;

/** A category may become any text; a number only a number; dates and texts only rows that are left out. */
function checkImputation(column: Column, { role, impute, encode }: Partial<Transforms> & { readonly role: Role }, planning: Planning): boolean {
  if (impute === undefined || impute === 'drop') return true;
  const transform = typeof impute === 'string' ? impute : `constant(${JSON.stringify(impute.value)})`;
  if (role === 'date' || role === 'text' || role === 'array') {
    return reportUnfit(column, { key: 'impute', transform, wants: 'a column that stays one feature', note: MADE_SEVERAL[role] }, planning);
  }
  if (typeof impute !== 'string') {
    return role === 'category' || typeof impute.value !== 'string' || reportUnfit(column, { key: 'impute', transform, wants: 'a text' }, planning);
  }
  if (impute === 'most_frequent' && encode?.$call === 'hash') {
    return reportUnfit(column, { key: 'impute', transform, wants: 'a column that keeps its values', note: 'which `hash` does not keep' }, planning);
  }
  return role === 'number' || impute === 'most_frequent' || reportUnfit(column, { key: 'impute', transform, ...asNumber(column) }, planning);
}

/** What is said of numbers, by a column's own entry, of one that is none. */
function checkNumeric(column: Column, role: Role, planning: Planning): boolean {
  const { params } = planning.context;
  return (['clip', 'log', 'bins', 'scale'] as const)
    .map((key) => {
      const own = ownSetting(key, column, params);
      if (own === undefined) return true;
      const transform = typeof own === 'string' ? own : '$call' in own ? own.$call : key;
      if (role !== 'number') return reportUnfit(column, { key, transform, ...asNumber(column) }, planning);
      if (column.type.kind === 'bool' && key !== 'scale') return reportUnfit(column, { key, transform, wants: 'a number' }, planning);
      if (key !== 'scale' || binsOf(column, params) === undefined) return true;
      return reportUnfit(column, { key, transform, wants: 'a column without `bins`', note: 'cut into bins' }, planning);
    })
    .every(Boolean);
}

function checkDate(column: Column, entries: readonly DateEntry[] | undefined, planning: Planning): boolean {
  if (entries === undefined) return true;
  const { kind } = column.type;
  if (kind !== 'date' && kind !== 'time' && kind !== 'timestamp') {
    return reportUnfit(column, { key: 'date', transform: 'date', wants: 'a date, a time or a timestamp' }, planning);
  }
  const wrong = entries.map((entry) => (typeof entry === 'string' ? entry : entry.part)).find((part) => kind !== 'timestamp' && TIME_PARTS.includes(part) !== (kind === 'time'));
  return wrong === undefined || reportUnfit(column, { key: 'date', transform: wrong, wants: kind === 'date' ? 'a time or a timestamp' : 'a date or a timestamp' }, planning);
}

/** The numbers that a list may become features of: what is more does not train on a processor. */
const MOST_CELLS = 65_536;

function checkArray(column: Column, shape: Shape | undefined, planning: Planning): boolean {
  if (shape === undefined) return true;
  const { type } = column;
  const transform = `[${shape.join(', ')}]`;
  if (type.kind !== 'list' || !isNumber(type.item)) return reportUnfit(column, { key: 'array', transform, wants: 'a list of numbers' }, planning);
  const size = shape.reduce((product, length) => product * length, 1);
  if (shape.length <= 3 && size <= MOST_CELLS) return true;
  planning.context.report('unfit-shape', spanOfSetting('array', column, planning.context), { column: column.name, axes: shape.length, size, most: MOST_CELLS });
  return false;
}

/** A transform that does not fit its column. */
interface Misfit {
  readonly key: keyof Transforms;
  readonly transform: string;
  readonly wants: string;
  /** What else is done to the column that makes it unfit. */
  readonly note?: string;
}

function asNumber({ type }: Column): Pick<Misfit, 'wants' | 'note'> {
  return { wants: 'a column that stays a number', ...(isNumber(type) ? { note: 'which `encode` makes a category' } : {}) };
}

function reportUnfit(column: Column, { key, transform, wants, note }: Misfit, { context }: Planning): false {
  const type = `${renderColumnType(column.type)}${note === undefined ? '' : `, ${note}`}`;
  context.report('unfit-transform', spanOfSetting(key, column, context), { column: column.name, type, transform, wants });
  return false;
}

/** Where a setting stands: at the column's own entry, or at its group's. */
function spanOfSetting(key: keyof Transforms, column: Column, { params, spanOf }: InferContext) {
  const entries = (params[key] ?? {}) as JsonObject;
  const group = isNumber(column.type) ? 'numeric' : 'categorical';
  const at = Object.hasOwn(entries, column.name) ? column.name : Object.hasOwn(entries, group) ? group : (GROUPS[key].find((one) => Object.hasOwn(entries, one)) ?? group);
  return spanOf([key, at], 'value');
}

function reportNoFeature(column: Column, { context }: Planning): undefined {
  const { params, report, spanOf, span } = context;
  const used = (params['use'] ?? []) as readonly { readonly $column: string }[];
  const at = used.findIndex(({ $column }) => $column === column.name);
  const [input] = context.inputs;
  const named = at < 0 ? [] : [{ span: spanOf(['use', at], 'value'), message: 'used here' }];
  const brought = at >= 0 || input === undefined ? [] : [{ span: input.span, message: 'all its columns are features, unless `use` or `drop` says which' }];
  report('not-a-feature', span, { column: column.name, type: renderColumnType(column.type), way: wayTo(column), used: at >= 0 }, [...named, ...brought]);
  return undefined;
}

/** What makes something of a column that a model can use. */
function wayTo({ name, type }: Column): string | undefined {
  const shown = asKey(name);
  switch (type.kind) {
    case 'timestamp':
      return `take parts of it: \`date { ${shown}: [month, dow, hour] }\``;
    case 'time':
      return `take parts of it: \`date { ${shown}: [hour, minute] }\``;
    case 'date':
      return `take parts of it: \`date { ${shown}: [month, dow] }\``;
    case 'list':
      if (isNumber(type.item)) return `say in which shape its numbers are features: \`array { ${shown}: [28, 28, 1] }\`, or derive a column in SQL, such as \`len(${shown})\``;
      return `derive a column in SQL, such as \`len(${shown})\``;
    case 'struct':
      return `derive a column in SQL, such as \`${shown}.${type.fields[0]?.name ?? 'field'}\``;
    default:
      return undefined;
  }
}
