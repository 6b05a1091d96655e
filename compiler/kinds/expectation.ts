import { alternatives, type ParamSchema } from './schema.ts';

/** What a schema accepts, in words: "a number from 0 to 1", "`auc` or `log_loss`". */
export function expectation(schema: ParamSchema): string {
  return joinOr(forms(schema));
}

/** The same, a form each. */
function forms(schema: ParamSchema): string[] {
  const parts = alternatives(schema)
    .filter((part) => part['x-open-end'] !== true)
    .flatMap(several);
  return [...new Set(parts)];
}

/** "a, b or c". */
export function joinOr(parts: readonly string[]): string {
  if (parts.length <= 1) return parts[0] ?? 'nothing';
  return `${parts.slice(0, -1).join(', ')} or ${parts[parts.length - 1] ?? ''}`;
}

/** A choice of words is one of several choices. */
function several(schema: ParamSchema): string[] {
  const words = schema['x-words'] as readonly string[] | undefined;
  if (schema['type'] === 'boolean') return ['`true`', '`false`'];
  return words === undefined ? [one(schema)] : words.map((word) => `\`${word}\``);
}

function one(schema: ParamSchema): string {
  if (schema['x-column'] === true) return 'a column';
  if (schema['x-condition'] === true) return 'a condition in quotes, such as `"distance > 0"`';
  if (schema['x-secret'] === true) return '`secret("NAME")`, the name of a variable of the environment';
  if (typeof schema['x-call'] === 'string') return constructor(schema);
  if (typeof schema['x-kind'] === 'string') return `a kind of ${schema['x-kind']} such as \`logistic\` or \`xgboost(max_depth: 2)\``;
  if (schema['x-quantity'] === 's') return 'a duration such as `5ms`';
  if (schema['x-quantity'] === 'B') return 'a size such as `20MB`';
  if (schema['x-range'] !== undefined) return `a range of ${joinOr(forms(schema['x-range'] as ParamSchema).map(plural))}`;
  if (schema['x-type'] === true) return 'a type such as `int` or `string?`';
  if (schema['x-record'] === true) return 'a block `{ … }`';
  switch (schema['type']) {
    case 'integer':
      return `a whole number${limits(schema)}`;
    case 'number':
      return schema['x-unit'] === '%' ? `a share${'exclusiveMinimum' in schema ? ' between 0% and 100%,' : ''} such as \`70%\`` : `a number${limits(schema)}`;
    case 'string':
      return 'a text in quotes';
    case 'null':
      return '`none`';
    case 'array':
      return `a list of ${joinOr(forms((schema['items'] ?? {}) as ParamSchema).map(plural))}`;
    default:
      return 'another value';
  }
}

function constructor(schema: ParamSchema): string {
  const args = schema['x-arguments'] as readonly string[];
  const name = schema['x-call'] as string;
  return args.length === 0 ? `\`${name}\`` : `\`${name}(${args.join(', ')})\``;
}

function limits(schema: ParamSchema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema as Readonly<Record<string, number | undefined>>;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  const low = minimum !== undefined ? `of at least ${minimum}` : exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : '';
  const high = maximum !== undefined ? `${low === '' ? 'of ' : ''}at most ${maximum}` : exclusiveMaximum !== undefined ? `below ${exclusiveMaximum}` : '';
  const both = [low, high].filter((text) => text !== '').join(' and ');
  return both === '' ? '' : ` ${both}`;
}

function plural(text: string): string {
  return text.replace(/^an? (\S+(?: number)?)/, '$1s');
}
