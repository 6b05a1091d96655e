import { createToken, Lexer, type TokenType } from 'chevrotain';
import { matchRawString, matchUnterminatedRawString } from './raw-string.ts';

/** A name; every keyword is in this category, because keywords are contextual. */
export const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_][A-Za-z0-9_]*/ });

function keyword(text: string): TokenType {
  return createToken({ name: text, pattern: text, longer_alt: Identifier, categories: [Identifier] });
}

/** `pipeline` */
export const Pipeline = keyword('pipeline');
/** `param` */
export const Param = keyword('param');
/** `import` */
export const Import = keyword('import');
/** `from` */
export const From = keyword('from');
/** `as` */
export const As = keyword('as');
/** `for` */
export const For = keyword('for');
/** `in` */
export const In = keyword('in');
/** `test` */
export const Test = keyword('test');
/** `true` */
export const True = keyword('true');
/** `false` */
export const False = keyword('false');
/** `none` */
export const None = keyword('none');

/** `"""…"""`, over any number of lines. */
export const RawString = createToken({
  name: 'RawString',
  pattern: { exec: matchRawString },
  start_chars_hint: ['"'],
  line_breaks: true,
});
/** A `"""` that nothing ends before the next declaration or the end of the file. */
export const UnterminatedRawString = createToken({
  name: 'UnterminatedRawString',
  pattern: { exec: matchUnterminatedRawString },
  start_chars_hint: ['"'],
  line_breaks: true,
  categories: [RawString],
});
/** `"…"` on one line, escapes and interpolations not yet undone. */
export const PlainString = createToken({ name: 'PlainString', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/ });
/** A `"` without its partner on the line. */
export const UnterminatedString = createToken({
  name: 'UnterminatedString',
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*\\?/,
  categories: [PlainString],
});

/** Wider than what is a number, so that `1.`, `1__0` and `5mss` are one token with one error. */
export const NumberLiteral = createToken({
  name: 'NumberLiteral',
  pattern: /[+-]?(?:\d[\d_]*(?:\.\d[\d_]*|\.(?![.\w]))?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?(?:%|[A-Za-z_][A-Za-z0-9_]*)?/,
});
/** `${name}` outside of a string. */
export const Interpolation = createToken({ name: 'Interpolation', pattern: /\$\{[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*\}/ });

function punctuation(name: string, text: string): TokenType {
  return createToken({ name, pattern: text, label: text });
}

/** `..` */
export const DotDot = punctuation('DotDot', '..');
/** `.` */
export const Dot = punctuation('Dot', '.');
/** `,` */
export const Comma = punctuation('Comma', ',');
/** `:` */
export const Colon = punctuation('Colon', ':');
/** `=` */
export const Equals = punctuation('Equals', '=');
/** `?` */
export const Question = punctuation('Question', '?');
/** `*` */
export const Star = punctuation('Star', '*');
/** `{` */
export const LeftBrace = punctuation('LeftBrace', '{');
/** `}` */
export const RightBrace = punctuation('RightBrace', '}');
/** `[` */
export const LeftBracket = punctuation('LeftBracket', '[');
/** `]` */
export const RightBracket = punctuation('RightBracket', ']');
/** `(` */
export const LeftParen = punctuation('LeftParen', '(');
/** `)` */
export const RightParen = punctuation('RightParen', ')');

const WhiteSpace = createToken({
  name: 'WhiteSpace',
  pattern: /[ \t\r\n\f\u00a0\ufeff]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
const LineComment = createToken({ name: 'LineComment', pattern: /\/\/[^\r\n]*/, group: 'comments' });

/** In the order in which the lexer tries them. */
export const tokenTypes: readonly TokenType[] = [
  WhiteSpace,
  LineComment,
  RawString,
  UnterminatedRawString,
  PlainString,
  UnterminatedString,
  Interpolation,
  DotDot,
  NumberLiteral,
  Dot,
  Comma,
  Colon,
  Equals,
  Question,
  Star,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  LeftParen,
  RightParen,
  ...[Pipeline, Param, Import, From, As, For, In, Test, True, False, None],
  Identifier,
];

/** The closing bracket of each opening one. */
export const closerOf: ReadonlyMap<TokenType, TokenType> = new Map([
  [LeftBrace, RightBrace],
  [LeftBracket, RightBracket],
  [LeftParen, RightParen],
]);

/** The opening bracket of each closing one. */
export const openerOf: ReadonlyMap<TokenType, TokenType> = new Map(
  [...closerOf].map(([opener, closer]) => [closer, opener]),
);

/** How each closing bracket is written, by the name of its token type. */
export const closerLabels: ReadonlyMap<string, string> = new Map(
  [...openerOf.keys()].map(({ name, LABEL }) => [name, LABEL ?? name]),
);
