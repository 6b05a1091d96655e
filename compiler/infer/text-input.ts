import { diagnose, offsetInFile, type StringValue } from '../../grammar/index.ts';
import { stringOf } from '../kinds/encode-params.ts';
import type { TextInput } from '../kinds/kind.ts';
import { sqlLiteral } from '../params/bind-params.ts';
import type { Findings, Params } from '../program.ts';

interface Stretch {
  /** Where it begins in the resulting text. */
  readonly from: number;
  readonly text: string;
  /** Where an offset of this stretch stands in the file. */
  readonly at: (offset: number) => number;
}

/** A string input as plain text: params as they are, or as SQL literals when the text is a query. */
export function textInput(
  slot: string,
  value: StringValue,
  as: 'plain' | 'sql',
  context: { readonly source: string; readonly params: Params; readonly findings: Findings },
): TextInput | undefined {
  const { source, params, findings } = context;
  if (as === 'plain') {
    const text = stringOf(value, params, findings, String);
    return text === undefined ? undefined : { kind: 'text', slot, span: value.span, text, at: () => value.span.start };
  }
  const stretches: Stretch[] = [];
  let length = 0;
  let quote: string | undefined;
  for (const piece of value.pieces) {
    let text: string;
    let placed: Stretch['at'];
    if (piece.kind === 'text') {
      text = piece.text;
      placed = (offset) => offsetInFile(source, value, piece, offset);
      quote = openQuote(text, quote);
    } else {
      const name = piece.name.text;
      const param = params.get(name);
      if (param === undefined) {
        stringOf({ ...value, pieces: [piece] }, params, findings, String);
        return undefined;
      }
      if (quote !== undefined) {
        findings.add(diagnose('param-in-quotes', piece.span, { name, quote }));
        return undefined;
      }
      text = sqlLiteral(param);
      placed = () => piece.span.start;
    }
    stretches.push({ from: length, text, at: placed });
    length += text.length;
  }
  const at = (offset: number): number => {
    const stretch = stretches.findLast((one) => one.from <= offset);
    return stretch === undefined ? value.span.start : stretch.at(offset - stretch.from);
  };
  return { kind: 'text', slot, span: value.span, text: stretches.map((one) => one.text).join(''), at };
}

/** The quote that is open after some SQL, if any; comments may hold quotes. */
function openQuote(sql: string, before: string | undefined): string | undefined {
  let quote = before;
  for (let at = 0; at < sql.length; at++) {
    const unit = sql[at];
    if (quote !== undefined) {
      if (unit === quote) quote = undefined;
    } else if (unit === "'" || unit === '"') {
      quote = unit;
    } else if (unit === '-' && sql[at + 1] === '-') {
      const lineEnd = sql.indexOf('\n', at);
      if (lineEnd < 0) return undefined;
      at = lineEnd;
    }
  }
  return quote;
}
