import { diagnose, didYouMean } from '../../grammar/index.ts';
import type { Json, JsonObject } from '../json.ts';
import type { InferInput } from '../kinds/kind.ts';
import { alternatives, propertyOf, type ParamSchema } from '../kinds/schema.ts';
import type { CheckedDeclaration, Findings } from '../program.ts';
import type { Column } from '../types.ts';

/** A table whose columns parameters may name. */
interface Named {
  readonly table: string;
  readonly names: readonly string[];
  /** Spellings by lower-cased name. */
  readonly byName: ReadonlyMap<string, string>;
}

interface Checking {
  /** The table of the input of a name; without one, that of the first input. `undefined`: none was given. */
  readonly named: (input: unknown) => Named | undefined;
  readonly unknown: (name: string, table: Named, path: readonly (string | number)[], part: 'key' | 'value') => void;
  /** A column that two keys name, in another case. */
  readonly twice: (name: string, path: readonly (string | number)[]) => void;
}

/**
 * Checks every column that the parameters name and spells it as its table does, so that case is in no key. `undefined`
 * when one does not exist.
 */
export function checkColumns(declaration: CheckedDeclaration & { readonly inputs: readonly InferInput[] }, findings: Findings): JsonObject | undefined {
  const tables = new Map<unknown, Named>();
  for (const [index, input] of declaration.inputs.entries()) {
    const columns = columnsOf(input);
    if (columns === undefined) continue;
    const names = columns.map((column) => column.name);
    const named = { table: input.kind === 'value' ? input.text : declaration.name, names, byName: new Map(names.map((name) => [name.toLowerCase(), name])) };
    tables.set(index === 0 ? undefined : input.slot, named);
  }
  if (!tables.has(undefined)) return declaration.params;
  let sound = true;
  const checking: Checking = {
    named: (input) => tables.get(input),
    unknown: (name, { table, names }, path, part) => {
      sound = false;
      findings.add(diagnose('unknown-column', declaration.spanOf(path, part), { name, table, columns: names, suggestion: didYouMean(name, names) }));
    },
    twice: (name, path) => {
      sound = false;
      findings.add(diagnose('duplicate-key', declaration.spanOf(path, 'key'), { key: name }));
    },
  };
  const checked = spell(declaration.params, declaration.kind.params, [], checking) as JsonObject;
  return sound ? checked : undefined;
}

/** The columns of an input that parameters may name. */
function columnsOf(input: InferInput): readonly Column[] | undefined {
  if (input.kind !== 'value') return undefined;
  switch (input.type.kind) {
    case 'table':
    case 'split':
      return input.type.columns;
    case 'features':
      return input.type.split.columns;
    default:
      return undefined;
  }
}

function spell(value: Json, schema: ParamSchema, path: readonly (string | number)[], checking: Checking): Json {
  if (Array.isArray(value)) {
    const items = alternatives(schema).find((one) => one['type'] === 'array')?.['items'] as ParamSchema | undefined;
    return (value as readonly Json[]).map((item, index) => spell(item, items ?? {}, [...path, index], checking));
  }
  if (typeof value !== 'object' || value === null) return value;
  const object = value as JsonObject;
  const options = alternatives(schema);
  const column = object['$column'];
  if (typeof column === 'string') {
    const table = checking.named(options.find((one) => one['x-column'] === true)?.['x-column-of']);
    const spelled = table?.byName.get(column.toLowerCase());
    if (table !== undefined && spelled === undefined) checking.unknown(column, table, path, 'value');
    return { $column: spelled ?? column };
  }
  const record = options.find((one) => one['x-record'] === true || (typeof one['x-call'] === 'string' && one['x-call'] === object['$call']));
  const properties = (record?.['properties'] ?? {}) as Readonly<Record<string, ParamSchema>>;
  const keyed = record?.['x-columns-as-keys'] === true ? checking.named(undefined) : undefined;
  const others = typeof record?.['additionalProperties'] === 'object' ? (record['additionalProperties'] as ParamSchema) : {};
  const spelled = new Map<string, Json>();
  for (const [key, inner] of Object.entries(object)) {
    const own = propertyOf(properties, key);
    const name = keyed !== undefined && own === undefined ? keyed.byName.get(key.toLowerCase()) : key;
    if (name === undefined && keyed !== undefined) checking.unknown(key, keyed, [...path, key], 'key');
    else if (name !== undefined && spelled.has(name)) checking.twice(name, [...path, key]);
    spelled.set(name ?? key, spell(inner, own ?? others, [...path, key], checking));
  }
  return Object.fromEntries(spelled);
}
