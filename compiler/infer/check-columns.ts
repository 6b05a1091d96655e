import { diagnose, didYouMean } from '../../grammar/index.ts';
import type { Json, JsonObject } from '../json.ts';
import { alternatives } from '../kinds/encode-params.ts';
import type { InferInput } from '../kinds/kind.ts';
import type { ParamSchema } from '../kinds/schema.ts';
import type { CheckedDeclaration, Findings } from '../program.ts';
import type { Column } from '../types.ts';

interface Checking {
  readonly byName: ReadonlyMap<string, string>;
  readonly table: string;
  readonly spanOf: CheckedDeclaration['spanOf'];
  readonly report: (name: string, path: readonly (string | number)[], part: 'key' | 'value') => void;
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
    table,
    spanOf: declaration.spanOf,
    report: (name, path, part) => {
      sound = false;
      const suggestion = didYouMean(name, names);
      findings.add(diagnose('unknown-column', declaration.spanOf(path, part), { name, table, columns: names, suggestion }));
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
    if (spelled === undefined) checking.report(column, path, 'value');
    return { $column: spelled ?? column };
  }
  const options = alternatives(schema);
  const record = options.find((one) => one['x-record'] === true || (typeof one['x-call'] === 'string' && one['x-call'] === object['$call']));
  const properties = (record?.['properties'] ?? {}) as Readonly<Record<string, ParamSchema>>;
  const keysAreColumns = record?.['x-columns-as-keys'] === true;
  return Object.fromEntries(
    Object.entries(object).map(([key, inner]) => {
      const known = Object.hasOwn(properties, key);
      const spelled = keysAreColumns && !known ? checking.byName.get(key.toLowerCase()) : key;
      if (spelled === undefined) checking.report(key, [...path, key], 'key');
      const others = typeof record?.['additionalProperties'] === 'object' ? (record['additionalProperties'] as ParamSchema) : {};
      return [spelled ?? key, spell(inner, properties[key] ?? others, [...path, key], checking)];
    }),
  );
}
