import { offsetInFile, type StringValue } from '../../grammar/index.ts';
import type { TextInput } from '../kinds/kind.ts';
import { plainString, sqlPieces } from '../params/string-pieces.ts';
import type { Findings, Scope } from '../program.ts';

/** A string input as plain text: params as they are, or as SQL literals when the text is a query. */
export function textInput(slot: string, value: StringValue, as: 'plain' | 'sql', { source, params }: Scope, findings: Findings): TextInput | undefined {
  const { span } = value;
  if (as === 'plain') {
    const text = plainString(value, params, findings);
    return text === undefined ? undefined : { kind: 'text', slot, span, text, at: () => span.start };
  }
  const pieces = sqlPieces(value, params, findings);
  if (pieces === undefined) return undefined;
  const at = (offset: number): number => {
    let before = 0;
    for (const { piece, text } of pieces) {
      if (offset < before + text.length) {
        return piece.kind === 'text' ? offsetInFile(source, value, piece, offset - before) : piece.span.start;
      }
      before += text.length;
    }
    return pieces.at(-1)?.piece.span.end ?? span.start;
  };
  return { kind: 'text', slot, span, text: pieces.map((one) => one.text).join(''), at };
}
