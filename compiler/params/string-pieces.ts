import { diagnose, didYouMean, type StringPiece, type StringValue, type Word } from '../../grammar/index.ts';
import type { BoundParam, Findings, Params, ParamValue } from '../program.ts';
import { sqlLiteral } from './sql-literal.ts';

/** A piece of a string with what it stands for. */
export interface FilledPiece {
  readonly piece: StringPiece;
  readonly text: string;
}

/** The param of a name, which is reported if there is none. */
export function findParam(name: Pick<Word, 'text' | 'span'>, params: Params, findings: Findings): BoundParam | undefined {
  const param = params.get(name.text);
  if (param === undefined) {
    findings.add(diagnose('unknown-param-name', name.span, { name: name.text, suggestion: didYouMean(name.text, params.keys()) }));
  }
  return param;
}

/** The text of a string, params put in as they are; `undefined` when one does not exist, which has then been reported. */
export function plainString(value: StringValue, params: Params, findings: Findings): string | undefined {
  return fill(value, (piece) => {
    const param = findParam(piece.name, params, findings);
    return param === undefined ? undefined : textOfValue(param.value);
  })
    ?.map((one) => one.text)
    .join('');
}

/** The pieces of a string that is SQL: a param is a literal of its type, and never a part of a quoted text or name. */
export function sqlPieces(value: StringValue, params: Params, findings: Findings): readonly FilledPiece[] | undefined {
  return fill(value, (piece, before) => {
    const param = findParam(piece.name, params, findings);
    if (param === undefined) return undefined;
    const quote = openQuote(before);
    if (quote === undefined) return sqlLiteral(param);
    findings.add(diagnose('param-in-quotes', piece.span, { name: param.name, quote }));
    return undefined;
  });
}

type Interpolation = Exclude<StringPiece, { kind: 'text' }>;

function fill(value: StringValue, render: (piece: Interpolation, before: string) => string | undefined): FilledPiece[] | undefined {
  const filled: FilledPiece[] = [];
  let before = '';
  let sound = true;
  for (const piece of value.pieces) {
    const text = piece.kind === 'text' ? piece.text : render(piece, before);
    if (text === undefined) sound = false;
    filled.push({ piece, text: text ?? '' });
    before += text ?? '';
  }
  return sound ? filled : undefined;
}

/** The quote that is open at the end of some SQL, if any. */
function openQuote(sql: string): string | undefined {
  const open = sql.replace(/--[^\n]*|\/\*[^]*?(?:\*\/|$)|'[^']*'|"[^"]*"/g, ' ');
  return /['"]/.exec(open)?.[0];
}

/** A value as it stands in a text. */
export function textOfValue(value: ParamValue): string {
  return value === null ? 'none' : Array.isArray(value) ? (value as readonly ParamValue[]).map(textOfValue).join(',') : String(value);
}
