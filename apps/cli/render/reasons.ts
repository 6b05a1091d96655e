import type { Reason } from '../../../compiler/plan/describe-change.ts';
import type { Json } from '../../../compiler/json.ts';
import { spellValue } from '../../spell-value.ts';
import { formatCount } from './format.ts';
import { clean, listNames, truncate } from './text.ts';

/** Why a step is not what it was, in a few words each: `eta 0.1 → 0.05`, `column legs.distance changed`, `waits for legs`. */
export function describeReasons(reasons: readonly Reason[]): string[] {
  const columns = reasons.filter(({ part }) => part.startsWith('column:'));
  const waits = reasons.filter(isWait).map(({ part }) => rest(part));
  const others = reasons.filter((reason) => !columns.includes(reason) && !isWait(reason));
  return [
    ...others.map(describeReason),
    ...describeColumns(columns),
    ...(waits.length === 0 ? [] : [`waits for ${listNames(waits)}`]),
  ];
}

/** One reason in a few words. */
export function describeReason(reason: Reason): string {
  const { part, before, after } = reason;
  const what = part.includes(':') ? part.slice(0, part.indexOf(':')) : part;
  switch (what) {
    case 'kind-version':
      return 'its kind works differently in this version of mlp';
    case 'arithmetic':
      return 'this version of Node rounds in another way';
    case 'kind':
      return `kind ${change(before, after)}`;
    case 'engine':
      return `engine ${change(before, after)}`;
    case 'seed':
      return 'seed changed';
    case 'sql':
      return 'sql changed';
    case 'param':
      return before === null ? `${rest(part)} ${shortValue(after)} is new` : after === null ? `${rest(part)} ${shortValue(before)} is gone` : `${rest(part)} ${change(before, after)}`;
    case 'rows':
      return before === null || after === null ? `reads ${rest(part)} ${before === null ? 'now' : 'no longer'}` : `${rest(part)} ${rowCount(before)} → ${rowCount(after)} rows`;
    case 'source':
      return `${rest(part)} ${before === null ? 'is new' : after === null ? 'is gone' : 'changed'}`;
    case 'column':
      return describeColumns([reason])[0] ?? part;
    case 'value':
      return before === null ? `reads ${rest(part)} now` : after === null ? `reads ${rest(part)} no longer` : isWait(reason) ? `waits for ${rest(part)}` : `${rest(part)} changed`;
    default:
      return `${part} ${change(before, after)}`;
  }
}

/** Whether a reason is only that an input has yet to be made. */
export function isWait({ part, after }: Reason): boolean {
  return part.startsWith('value:') && after === 'to be made';
}

/** The part's name without what it is a part of: `param:eta` → `eta`. */
function rest(part: string): string {
  return part.slice(part.indexOf(':') + 1);
}

function describeColumns(reasons: readonly Reason[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { part, before, after } of reasons) {
    const how = before === null ? 'reads column_ now' : after === null ? 'reads column_ no longer' : 'column_ changed';
    groups.set(how, [...(groups.get(how) ?? []), rest(part)]);
  }
  return [...groups].map(([how, names]) => how.replace('column_', `${names.length === 1 ? 'column' : 'columns'} ${shared(names)}`));
}

/** `legs.a, b, c`: the table's name once, when it is the same for all. */
function shared(names: readonly string[]): string {
  const [first] = names;
  const table = first?.slice(0, first.indexOf('.') + 1) ?? '';
  if (table === '' || names.some((name) => !name.startsWith(table))) return listNames(names);
  return listNames(names.map((name, index) => (index === 0 ? name : name.slice(table.length))));
}

function change(before: string | null, after: string | null): string {
  return `${shortValue(before)} → ${shortValue(after)}`;
}

function shortValue(value: string | null): string {
  return truncate(readableValue(value), 24);
}

function rowCount(text: string): string {
  return /^\d+$/.test(text) ? formatCount(Number(text)) : text;
}

/** A parameter's value as the language writes it; `–` where there was none. */
export function readableValue(text: string | null): string {
  if (text === null) return '–';
  // Seeds have more digits than a number keeps.
  if (/^-?\d{15,}$/.test(text)) return text;
  try {
    return clean(spellValue(JSON.parse(text) as Json));
  } catch {
    return clean(text);
  }
}
