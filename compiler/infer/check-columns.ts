import { diagnose, didYouMean } from '../../grammar/index.ts';
import type { Json, JsonObject } from '../json.ts';
import type { InferInput } from '../kinds/kind.ts';
import { alternatives, propertyOf, type ParamSchema } from '../kinds/schema.ts';
import type { CheckedDeclaration, Findings } from '../program.ts';
import type { Column } from '../types.ts';

interface Checking {
  readonly byName: ReadonlyMap<string, string>;
  readonly unknown: (name: string, path: readonly (string | number)[], part: 'key' | 'value') => void;
  /** A column that two keys name, in another case. */
  readonly twice: (name: string, path: readonly (string | number)[]) => void;
}

/**
 * Checks every column that the parameters name and spells it as its table does, so that case is in no key. `undefined`
 * when one does not exist.
 */
export function checkColumns(
  declaration: CheckedDeclaration & { readonly columns: readonly Column[]; readonly input: InferInput | undefined },
  findings: Findings,
): JsonObject | undefined {
  const names = declaration.columns.map((column) => column.name);
  const table = declaration.input?.kind === 'value' ? declaration.input.text : declaration.name;
  let sound = true;
  const checking: Checking = {
    byName: new Map(names.map((name) => [name.toLowerCase(), name])),
    unknown: (name, path, part) => {
      sound = false;
      const suggestion = didYouMean(name, names);
      findings.add(diagnose('unknown-column', declaration.spanOf(path, part), { name, table, columns: names, suggestion }));
    },
    twice: (name, path) => {
      sound = false;
      findings.add(diagnose('duplicate-key', declaration.spanOf(path, 'key'), { key: name }));
    },
  };
  const checked = spell(declaration.params, declaration.kind.params, [], checking) as JsonObject;
  return sound ? checked : undefined;
}

function spell(value: Json, schema: ParamSchema, path: readonly (string | number)[], checking: Checking): Json {
  if (Array.isArray(value)) {
    const items = alternatives(schema).find((one) => one['type'] === 'array')?.['items'] as ParamSchema | undefined;
    return (value as readonly Json[]).map((item, index) => spell(item, items ?? {}, [...path, index], checking));
  }
  if (typeof value !== 'object' || value === null) return value;
  const object = value as JsonObject;
  const column = object['$column'];
  if (typeof column === 'string') {
    const spelled = checking.byName.get(column.toLowerCase());
    if (spelled === undefined) checking.unknown(column, path, 'value');
    return { $column: spelled ?? column };
  }
  const options = alternatives(schema);
  const record = options.find((one) => one['x-record'] === true || (typeof one['x-call'] === 'string' && one['x-call'] === object['$call']));
  const properties = (record?.['properties'] ?? {}) as Readonly<Record<string, ParamSchema>>;
  const keysAreColumns = record?.['x-columns-as-keys'] === true;
  const others = typeof record?.['additionalProperties'] === 'object' ? (record['additionalProperties'] as ParamSchema) : {};
  const spelled = new Map<string, Json>();
  for (const [key, inner] of Object.entries(object)) {
    const own = propertyOf(properties, key);
    const name = keysAreColumns && own === undefined ? checking.byName.get(key.toLowerCase()) : key;
    if (name === undefined) checking.unknown(key, [...path, key], 'key');
    else if (spelled.has(name)) checking.twice(name, [...path, key]);
    spelled.set(name ?? key, spell(inner, own ?? others, [...path, key], checking));
  }
  return Object.fromEntries(spelled);
}
