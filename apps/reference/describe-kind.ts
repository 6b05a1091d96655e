import type { Json } from '../../compiler/json.ts';
import { expectation } from '../../compiler/kinds/expectation.ts';
import type { Kind } from '../../compiler/kinds/kind.ts';
import { alternatives, type ParamSchema, type RecordSchema } from '../../compiler/kinds/schema.ts';
import { spellValue } from '../spell-value.ts';

/** A parameter of a kind, as documentation shows it. */
export interface ParameterDoc {
  /** Where it is written: `early_stopping.rounds`, `encode.COLUMN`, `one_hot(min_count)`. */
  readonly path: string;
  /** What it accepts, in words. */
  readonly accepts: string;
  readonly required: boolean;
  /** As it would be written. */
  readonly default?: string;
  readonly doc: string;
}

/** The parameters of a kind and what is inside of them, each below the one that it belongs to. */
export function describeParameters(kind: Kind): ParameterDoc[] {
  return recordParameters(kind.params, '');
}

/** How a declaration of a kind begins: `split NAME = holdout(table)`. */
export function signatureOf(kind: Kind): string {
  const inputs = kind.inputs.map(({ name, many }) => (many === true ? `${name}, …` : name));
  return `${kind.keyword ?? ''} NAME = ${kind.name}(${inputs.join(', ')})`;
}

function recordParameters(schema: RecordSchema, prefix: string): ParameterDoc[] {
  const own = Object.entries(schema.properties).flatMap(([key, value]) =>
    describeParameter(`${prefix}${key}`, value, schema.required?.includes(key) === true),
  );
  const byColumn = schema['additionalProperties'];
  if (schema['x-columns-as-keys'] !== true || typeof byColumn !== 'object' || byColumn === null) return own;
  const constructors = constructorParameters(byColumn as ParamSchema);
  // Known keys take the same values as columns do: their constructors are told once.
  const told = new Set(constructors.map(({ path }) => path));
  const column: ParameterDoc = { path: `${prefix}COLUMN`, accepts: expectation(byColumn as ParamSchema), required: false, doc: 'For one column, by its name.' };
  return [...own.filter(({ path }) => !told.has(path)), column, ...constructors];
}

function describeParameter(path: string, schema: ParamSchema, required: boolean): ParameterDoc[] {
  const fallback = schema['default'];
  const parameter: ParameterDoc = {
    path,
    accepts: expectation(schema),
    required,
    ...(fallback === undefined ? {} : { default: spellValue(fallback as Json) }),
    doc: schema.description ?? '',
  };
  return [parameter, ...alternatives(schema).flatMap((one) => insideOf(one, path)), ...constructorParameters(schema)];
}

/** The keys of a block, and of the blocks that a list holds. */
function insideOf(schema: ParamSchema, path: string): ParameterDoc[] {
  if (schema['x-record'] === true) return recordParameters(schema as RecordSchema, `${path}.`);
  const items = schema['items'];
  return schema['type'] === 'array' ? alternatives(items as ParamSchema | undefined).flatMap((one) => insideOf(one, `${path}[]`)) : [];
}

function constructorParameters(schema: ParamSchema): ParameterDoc[] {
  return alternatives(schema).flatMap((one): ParameterDoc[] => {
    if (one['type'] === 'array') return constructorParameters((one['items'] ?? {}) as ParamSchema);
    const name = one['x-call'];
    if (typeof name !== 'string') return [];
    const properties = one['properties'] as Readonly<Record<string, ParamSchema>>;
    const required = one['required'] as readonly string[];
    return (one['x-arguments'] as readonly string[]).flatMap((argument) => {
      const described = properties[argument];
      // What is not explained is clear from the constructor's own line.
      return described?.description === undefined ? [] : describeParameter(`${name}(${argument})`, described, required.includes(argument));
    });
  });
}
