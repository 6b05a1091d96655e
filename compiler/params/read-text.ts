import type { ParamValue } from '../program.ts';
import { shiftDecimal } from './shift-decimal.ts';
import { fits, type Declared } from './types.ts';

/** A value of a type from a text, as `--param` and the environment give it; `undefined` where it is none. */
export function valueFromText(text: string, declared: Declared): ParamValue | undefined {
  const value = declared.nullable === true && text.trim() === 'none' ? null : readText(text, declared);
  return value !== undefined && fits(value, declared) ? value : undefined;
}

function readText(text: string, declared: Declared): ParamValue | undefined {
  switch (declared.kind) {
    case 'string':
      return text;
    case 'date':
    case 'timestamp':
      return text.trim();
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'int':
    case 'float': {
      const [, digits = '', percent] = /^([+-]?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)(%?)$/i.exec(text.trim()) ?? [];
      if (digits === '') return undefined;
      const number = Number(digits.replaceAll('_', ''));
      return percent === '%' ? shiftDecimal(number, -2) : number;
    }
    case 'list':
      return readList(text, declared.item ?? { kind: 'string' });
  }
}

/** `[a, "b, c"]`, or the same without brackets: texts need quotes only where a comma or a bracket is in them. */
function readList(text: string, item: Declared): ParamValue | undefined {
  const inside = /^\s*\[([^]*)\]\s*$/.exec(text)?.[1] ?? text;
  const parts = splitList(inside);
  const values = parts?.map((part) => valueFromText(item.kind === 'list' ? part : unquoted(part), item));
  return values?.every((value) => value !== undefined) === true ? values : undefined;
}

/** The parts between the commas that stand in no quotes and no brackets; `undefined` where these do not match. */
function splitList(text: string): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[^]/gu)) {
    if (token === '"') return undefined;
    if (token === '[') depth += 1;
    if (token === ']') depth -= 1;
    if (token === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += token;
  }
  // As in the language, a comma may end a list.
  if (part.trim() !== '') parts.push(part.trim());
  return depth === 0 ? parts : undefined;
}

function unquoted(part: string): string {
  if (!part.startsWith('"')) return part;
  try {
    return String(JSON.parse(part));
  } catch {
    return part;
  }
}
