import type { Json } from '../compiler/json.ts';
import { asList, asObject } from './cli/render/read-json.ts';

/** A parameter's value in its canonical form (compiler/kinds/schema.ts), as an author writes it. */
export function spellValue(value: Json): string {
  if (value === null) return 'none';
  if (typeof value !== 'object') return String(value);
  const record = asObject(value);
  if (record === undefined) return `[${asList(value).map(spellValue).join(', ')}]`;
  const { $column, $quantity, $type, $range, $call, ...rest } = record;
  if ($column !== undefined) return spellValue($column);
  if ($quantity !== undefined) return spellValue($quantity) + spellValue(rest['unit'] ?? '');
  if ($type !== undefined) return `${spellValue($type)}${rest['nullable'] === true ? '?' : ''}`;
  if ($range !== undefined) return asList($range).map((end) => (end === null ? '' : spellValue(end))).join('..');
  const entries = Object.entries(rest).map(([key, one]) => `${key}: ${spellValue(one)}`).join(', ');
  if ($call === undefined) return `{ ${entries} }`;
  return entries === '' ? spellValue($call) : `${spellValue($call)}(${entries})`;
}
