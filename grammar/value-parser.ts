import { EmbeddedActionsParser, MismatchedTokenException, tokenMatcher, type IToken, type TokenType } from 'chevrotain';
import type * as Ast from './ast.ts';
import { diagnose, type Diagnostic } from './diagnostics/diagnostic.ts';
import { isUnderstood } from './is-understood.ts';
import { spanOf } from './lex-text.ts';
import { parseNumber } from './number-literal.ts';
import type { Span } from './span.ts';
import { parseInterpolation, parseString } from './string-literal.ts';
import * as t from './tokens.ts';

/** What an error of the parser says was expected, where that is more than one token. */
export type Expectation = 'value' | 'item' | 'separator' | 'range';

/** What the parser is told about the file and tells back, beside the tree. */
export interface ParseContext {
  readonly file: string;
  readonly docOf: (offset: number) => string | undefined;
  readonly report: (diagnostic: Diagnostic) => void;
}

const valueStarts: readonly TokenType[] = [
  ...[t.Identifier, t.NumberLiteral, t.PlainString, t.RawString, t.Interpolation],
  ...[t.DotDot, t.LeftBracket, t.LeftBrace],
];
const boundStarts = valueStarts.filter((type) => ![t.DotDot, t.LeftBracket, t.LeftBrace].includes(type));
const closers: readonly TokenType[] = [t.RightBrace, t.RightBracket, t.RightParen];

/**
 * The part of the grammar that values are: literals, words, calls, references, ranges, lists and records. The class is
 * Chevrotain's form for a grammar; `MlpParser` adds the declarations and is the one that parses.
 */
export abstract class ValueParser extends EmbeddedActionsParser {
  protected context: ParseContext = { file: '', docOf: () => undefined, report: () => undefined };

  protected constructor(skipValidations: boolean) {
    super([...t.tokenTypes], {
      maxLookahead: 2,
      recoveryEnabled: false,
      skipValidations,
      errorMessageProvider: {
        buildMismatchTokenMessage: ({ expected }) => expected.name,
        buildNotAllInputParsedMessage: () => 'item',
        buildNoViableAltMessage: () => 'value',
        buildEarlyExitMessage: () => 'value',
      },
    });
  }

  /** A comma, a new line, or the end of what is listed. */
  protected readonly separator = this.RULE('separator', (): void => {
    const comma = this.OPTION(() => this.CONSUME(t.Comma));
    this.ACTION(() => {
      const next = this.LA(1);
      if (comma === undefined && this.onSameLine() && !closers.includes(next.tokenType)) this.fail('separator');
    });
  });

  protected readonly record = this.RULE('record', (): Ast.RecordValue => {
    const first = this.CONSUME(t.LeftBrace);
    const entries: Ast.Entry[] = [];
    this.MANY(() => {
      const entry = this.SUBRULE(this.entry);
      this.ACTION(() => isUnderstood(entry) && entries.push(entry));
      this.SUBRULE(this.separator);
    });
    this.CONSUME(t.RightBrace);
    return { kind: 'record', span: this.spanFrom(first), entries };
  });

  protected readonly entry = this.RULE('entry', (): Ast.Entry => {
    const key = this.SUBRULE(this.key);
    // `key { … }` is short for `key: { … }`.
    const value = this.OR([
      { GATE: () => this.nextIs(t.LeftBrace), ALT: () => this.SUBRULE(this.record) },
      {
        ALT: () => {
          this.CONSUME(t.Colon);
          return this.SUBRULE(this.value);
        },
      },
    ]);
    return this.ACTION(() => ({ kind: 'entry', span: { ...key.span, end: value.span.end }, key, value }));
  });

  protected readonly key = this.RULE('key', (): Ast.Key => {
    const quoted = this.nextIs(t.PlainString);
    const token = this.OR([{ ALT: () => this.CONSUME(t.Identifier) }, { ALT: () => this.CONSUME(t.PlainString) }]);
    return this.ACTION(() => {
      const pieces = quoted ? this.stringOf(token).pieces : [];
      const text = pieces.map((piece) => (piece.kind === 'text' ? piece.text : `\${${piece.name.text}}`)).join('');
      return { kind: 'key', span: this.spanAt(token), text: quoted ? text : token.image, quoted };
    });
  });

  protected readonly value: () => Ast.Value = this.RULE('value', (): Ast.Value => {
    this.ACTION(() => this.expectStart('value', valueStarts));
    const first = this.LA(1);
    return this.OR<Ast.Value>([
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.record) },
      {
        ALT: () => {
          this.CONSUME1(t.DotDot);
          const high = this.OPTION1({ GATE: () => this.onSameLine(), DEF: () => this.SUBRULE1(this.bound) });
          this.ACTION(() => high ?? this.fail('range'));
          return { kind: 'range', span: this.spanFrom(first), ...(high === undefined ? {} : { high }) };
        },
      },
      {
        ALT: () => {
          const low = this.SUBRULE2(this.bound);
          const dots = this.OPTION2({ GATE: () => this.onSameLine(), DEF: () => this.CONSUME2(t.DotDot) });
          if (dots === undefined) return low;
          const high = this.OPTION3({ GATE: () => this.onSameLine(), DEF: () => this.SUBRULE3(this.bound) });
          return { kind: 'range', span: this.spanFrom(first), low, ...(high === undefined ? {} : { high }) };
        },
      },
    ]);
  });

  protected readonly list = this.RULE('list', (): Ast.ListValue => {
    const first = this.CONSUME(t.LeftBracket);
    const items: Ast.Value[] = [];
    this.MANY(() => {
      const value = this.SUBRULE(this.value);
      this.ACTION(() => isUnderstood(value) && items.push(value));
      this.SUBRULE(this.separator);
    });
    this.CONSUME(t.RightBracket);
    return { kind: 'list', span: this.spanFrom(first), items };
  });

  /** A value that can be the end of a range. */
  protected readonly bound = this.RULE('bound', (): Ast.Value => {
    this.ACTION(() => this.expectStart('value', boundStarts));
    return this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: () => this.SUBRULE(this.plainString) },
        { ALT: () => this.SUBRULE(this.rawString) },
        { ALT: () => this.SUBRULE(this.literal) },
        { ALT: () => this.SUBRULE(this.named) },
      ],
    });
  });

  protected readonly literal = this.RULE('literal', (): Ast.Value => {
    const token = this.OR([
      { ALT: () => this.CONSUME(t.NumberLiteral) },
      { ALT: () => this.CONSUME(t.Interpolation) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.CONSUME(t.None) },
    ]);
    return this.ACTION((): Ast.Value => {
      const span = this.spanAt(token);
      if (token.tokenType === t.NumberLiteral) return parseNumber(span, token.image, this.context.report);
      if (token.tokenType === t.Interpolation) return parseInterpolation(span, token.image);
      if (token.tokenType === t.None) return { kind: 'none', span };
      return { kind: 'boolean', span, value: token.tokenType === t.True };
    });
  });

  /** What begins with a word: the word alone, a call, a reference, each with `?` or without. */
  protected readonly named = this.RULE('named', (): Ast.Value => {
    const first = this.LA(1);
    const name = this.SUBRULE(this.word);
    const call = this.OPTION1({
      GATE: () => this.onSameLine(),
      DEF: () => this.SUBRULE(this.args, { ARGS: [name] }),
    });
    const path: Ast.PathStep[] = [];
    this.MANY({
      GATE: () => call === undefined && this.onSameLine(),
      DEF: () => {
        path.push(this.SUBRULE(this.pathStep));
      },
    });
    const optional = this.OPTION2({ GATE: () => this.onSameLine(), DEF: () => this.CONSUME(t.Question) });
    return this.ACTION((): Ast.Value => {
      const span = { ...name.span, end: path.at(-1)?.span.end ?? name.span.end };
      const plain: Ast.Value =
        call ?? (path.length > 0 ? { kind: 'reference', span, name, path } : { ...name, kind: 'word-value' });
      return optional === undefined ? plain : { kind: 'optional', span: this.spanFrom(first), inner: plain };
    });
  });

  protected readonly pathStep = this.RULE('pathStep', (): Ast.PathStep => {
    const first = this.LA(1);
    return this.OR<Ast.PathStep>([
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          const name = this.SUBRULE(this.word);
          return { kind: 'member', span: this.spanFrom(first), name };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftBracket);
          const key = this.OR1([
            { ALT: () => this.CONSUME(t.Star) && undefined },
            { ALT: () => this.SUBRULE(this.value) },
          ]);
          this.CONSUME(t.RightBracket);
          const span = this.spanFrom(first);
          return key === undefined ? { kind: 'each', span } : { kind: 'index', span, key };
        },
      },
    ]);
  });

  protected readonly args = this.RULE('args', (name: Ast.Word): Ast.CallValue => {
    this.ACTION(() => this.onSameLine() || this.fail('LeftParen'));
    this.CONSUME(t.LeftParen);
    const args: Ast.Value[] = [];
    const named: Ast.Entry[] = [];
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            const entry = this.SUBRULE(this.namedArgument);
            this.ACTION(() => isUnderstood(entry) && named.push(entry));
          },
        },
        {
          ALT: () => {
            const value = this.SUBRULE(this.value);
            this.ACTION(() => isUnderstood(value) && args.push(this.positional(value, named)));
          },
        },
      ]);
      this.SUBRULE(this.separator);
    });
    this.CONSUME(t.RightParen);
    return this.ACTION(() => ({ kind: 'call', span: this.spanFromOffset(name.span.start), name, args, named }));
  });

  protected readonly namedArgument = this.RULE('namedArgument', (): Ast.Entry => {
    const key = this.SUBRULE(this.key);
    this.CONSUME(t.Colon);
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ kind: 'entry', span: { ...key.span, end: value.span.end }, key, value }));
  });

  protected readonly word = this.RULE('word', (): Ast.Word => {
    const token = this.CONSUME(t.Identifier);
    return this.ACTION(() => ({ kind: 'word', span: this.spanAt(token), text: token.image }));
  });

  protected readonly plainString = this.RULE('plainString', (): Ast.StringValue => {
    const token = this.CONSUME(t.PlainString);
    return this.ACTION(() => this.stringOf(token));
  });

  protected readonly rawString = this.RULE('rawString', (): Ast.StringValue => {
    const token = this.CONSUME(t.RawString);
    return this.ACTION(() => this.stringOf(token));
  });

  protected positional(value: Ast.Value, named: readonly Ast.Entry[]): Ast.Value {
    const last = named.at(-1);
    if (last !== undefined) {
      this.context.report(diagnose('positional-after-named', value.span, { name: last.key.text }));
    }
    return value;
  }

  protected stringOf(token: IToken): Ast.StringValue {
    const closed = token.tokenType !== t.UnterminatedString && token.tokenType !== t.UnterminatedRawString;
    return parseString(this.spanAt(token), token.image, closed, this.context.report);
  }

  protected spanAt(token: IToken): Span {
    return spanOf(this.context.file, token);
  }

  protected spanFrom(first: IToken): Span {
    return this.spanFromOffset(first.startOffset);
  }

  protected spanFromOffset(start: number): Span {
    return { file: this.context.file, start, end: this.spanAt(this.LA(0)).end };
  }

  protected nextIs(type: TokenType): boolean {
    return tokenMatcher(this.LA(1), type);
  }

  /** Whether the next token stands on the line on which the last one ends; at the end of the input it does not. */
  protected onSameLine(): boolean {
    return this.LA(1).startLine === this.LA(0).endLine;
  }

  protected expectStart(expected: Expectation, types: readonly TokenType[]): void {
    if (!types.some((type) => this.nextIs(type))) this.fail(expected);
  }

  /** An error in Chevrotain's own form, so that it ends the parse as any other does. */
  protected fail(expected: Expectation | 'LeftParen' | 'LeftBracket'): never {
    const error = new MismatchedTokenException(expected, this.LA(1), this.LA(0));
    this.errors = [...this.errors, error];
    throw error;
  }
}
