import type { StringValue } from '../../grammar/index.ts';

/** The text of a string that has no params in it; `undefined` where it has. */
export function plainText({ pieces }: StringValue): string | undefined {
  return pieces.every((piece) => piece.kind === 'text') ? pieces.map((piece) => piece.text).join('') : undefined;
}
