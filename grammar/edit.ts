import type { Token } from './lex-text.ts';

/** One edit of a section's tokens. */
export interface Edit {
  readonly kind: 'insert' | 'delete' | 'swap' | 'join';
  /**
   * Index of the token before which is inserted, that is deleted, that changes places with the one before it, or that
   * should stand on that one's line.
   */
  readonly at: number;
  readonly token?: Token;
}

/** Where a parse stopped, and what it wanted there: the name of a token type or an `Expectation`. */
export interface Failure {
  readonly at: number;
  readonly expected: string;
}
