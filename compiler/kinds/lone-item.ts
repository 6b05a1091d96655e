import type { Value } from '../../grammar/index.ts';
import { alternatives, type ParamSchema } from './schema.ts';

/**
 * What is written where a list is expected, and would be right as an item of it, as it would stand in the list: brackets
 * were forgotten. `undefined` where it is a list, may be another value, or would be wrong in a list as well.
 */
export function loneItem(value: Value, options: readonly ParamSchema[], params: ReadonlyMap<string, unknown>): string | undefined {
  const lists = options.filter((one) => one['type'] !== 'null');
  if (lists.length === 0 || lists.some((one) => one['type'] !== 'array')) return undefined;
  const items = lists.flatMap((one) => alternatives(one['items'] as ParamSchema | undefined));
  const takes = (keyword: string, wanted: unknown): boolean => items.some((item) => item[keyword] === wanted);
  switch (value.kind) {
    case 'number':
      return value.unit === undefined && (takes('type', 'number') || takes('type', 'integer')) ? String(value.value) : undefined;
    case 'string': {
      const text = value.pieces.map((piece) => (piece.kind === 'text' ? piece.text : '…')).join('');
      return takes('type', 'string') || takes('x-column', true) ? JSON.stringify(text) : undefined;
    }
    case 'word-value': {
      const isWord = items.some((item) => (item['x-words'] as readonly string[] | undefined)?.includes(value.text));
      const fits = isWord || takes('x-call', value.text) || (takes('x-column', true) && !params.has(value.text));
      return fits ? value.text : undefined;
    }
    case 'call':
      return takes('x-call', value.name.text) ? `${value.name.text}(${value.args.length + value.named.length === 0 ? '' : '…'})` : undefined;
    default:
      return undefined;
  }
}
