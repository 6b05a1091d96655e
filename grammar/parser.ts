import type * as Ast from './ast.ts';
import { diagnose } from './diagnostics/diagnostic.ts';
import { didYouMean } from './diagnostics/nearest.ts';
import { EOF, type IToken } from 'chevrotain';
import { isUnderstood } from './is-understood.ts';
import type { Token } from './lex-text.ts';
import * as t from './tokens.ts';
import { ValueParser, type ParseContext } from './value-parser.ts';

/**
 * The grammar of the language, strict: it stops at the first error, where `repair.ts` mends the tokens and parses again.
 * `parseItems` is the only way in.
 */
export class MlpParser extends ValueParser {
  /** Chevrotain's own checks of the grammar take long; a test asks for them. */
  constructor(skipValidations = true) {
    super(skipValidations);
    this.performSelfAnalysis();
  }

  /** Parses a section up to its first error, which is in `errors` then, its message being what was expected. */
  parseItems(tokens: readonly Token[], context: ParseContext): readonly Ast.Item[] {
    this.input = tokens as Token[];
    this.context = context;
    const items: Ast.Item[] = [];
    this.items(items);
    return items;
  }

  private readonly items = this.RULE('items', (into: Ast.Item[]): void => {
    this.MANY(() => {
      const item = this.SUBRULE(this.item);
      this.ACTION(() => isUnderstood(item) && into.push(item));
      this.SUBRULE(this.separator);
    });
  });

  private readonly item = this.RULE('item', (): Ast.Item =>
    this.OR<Ast.Item>({
      MAX_LOOKAHEAD: 1,
      // Keywords are identifiers too: the first alternative that fits is meant.
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: () => this.SUBRULE(this.pipelineItem) },
        { ALT: () => this.SUBRULE(this.paramItem) },
        { ALT: () => this.SUBRULE(this.importItem) },
        { ALT: () => this.SUBRULE(this.forItem) },
        { ALT: () => this.SUBRULE(this.testItem) },
        { ALT: () => this.SUBRULE(this.declarationItem) },
      ],
    }),
  );

  private readonly pipelineItem = this.RULE('pipelineItem', (): Ast.PipelineItem => {
    const first = this.CONSUME(t.Pipeline);
    const name = this.SUBRULE(this.word);
    const body = this.SUBRULE(this.record);
    return { kind: 'pipeline', span: this.spanFrom(first), ...this.doc(first), name, body };
  });

  private readonly paramItem = this.RULE('paramItem', (): Ast.ParamItem => {
    const first = this.CONSUME(t.Param);
    const name = this.SUBRULE(this.word);
    const type = this.OPTION1(() => {
      this.CONSUME(t.Colon);
      return this.SUBRULE1(this.value);
    });
    const value = this.OPTION2(() => {
      this.CONSUME(t.Equals);
      return this.SUBRULE2(this.value);
    });
    const given = { ...(type === undefined ? {} : { type }), ...(value === undefined ? {} : { value }) };
    return { kind: 'param', span: this.spanFrom(first), ...this.doc(first), name, ...given };
  });

  private readonly importItem = this.RULE('importItem', (): Ast.ImportItem => {
    const first = this.CONSUME(t.Import);
    const names: Ast.ImportedName[] = [];
    this.OPTION(() => {
      this.CONSUME(t.LeftBrace);
      this.MANY(() => {
        const name = this.SUBRULE(this.importedName);
        this.ACTION(() => isUnderstood(name) && names.push(name));
        this.SUBRULE(this.separator);
      });
      this.CONSUME(t.RightBrace);
      this.CONSUME(t.From);
    });
    const from = this.SUBRULE(this.plainString);
    return { kind: 'import', span: this.spanFrom(first), names, from };
  });

  private readonly importedName = this.RULE('importedName', (): Ast.ImportedName => {
    const name = this.SUBRULE1(this.word);
    const alias = this.OPTION({
      GATE: () => this.onSameLine() || this.LA(2).tokenType === t.Identifier,
      DEF: () => {
        this.CONSUME(t.As);
        return this.SUBRULE2(this.word);
      },
    });
    return this.ACTION(() => {
      const span = alias === undefined ? name.span : { ...name.span, end: alias.span.end };
      return { kind: 'imported-name', span, name, ...(alias === undefined ? {} : { alias }) };
    });
  });

  private readonly forItem = this.RULE('forItem', (): Ast.ForItem => {
    const first = this.CONSUME(t.For);
    const variable = this.SUBRULE(this.word);
    this.CONSUME(t.In);
    this.ACTION(() => this.nextIs(t.LeftBrace) && this.fail('value'));
    const over = this.SUBRULE(this.value);
    this.CONSUME(t.LeftBrace);
    const items: Ast.Item[] = [];
    this.SUBRULE(this.items, { ARGS: [items] });
    this.CONSUME(t.RightBrace);
    return { kind: 'for', span: this.spanFrom(first), ...this.doc(first), variable, over, items };
  });

  private readonly testItem = this.RULE('testItem', (): Ast.TestItem => {
    const first = this.CONSUME(t.Test);
    const title = this.SUBRULE(this.plainString);
    this.CONSUME(t.LeftBrace);
    const clauses: Ast.TestClause[] = [];
    this.MANY(() => {
      const clause = this.SUBRULE(this.testClause);
      if (clause !== undefined) clauses.push(clause);
      this.SUBRULE(this.separator);
    });
    this.CONSUME(t.RightBrace);
    return { kind: 'test', span: this.spanFrom(first), ...this.doc(first), title, clauses };
  });

  private readonly testClause = this.RULE('testClause', (): Ast.TestClause | undefined => {
    const first = this.CONSUME(t.Identifier);
    const table = this.SUBRULE(this.tableReference);
    this.CONSUME(t.Colon);
    this.ACTION(() => this.startsRowsWithoutBracket() && this.fail('LeftBracket'));
    const rows = this.SUBRULE(this.value);
    return this.ACTION(() => {
      const role = first.image;
      if (role === 'given' || role === 'expect') {
        return { kind: 'test-clause', span: this.spanFrom(first), role, table, rows };
      }
      const suggestion = didYouMean(role, ['given', 'expect']);
      if (role !== '') this.context.report(diagnose('unknown-clause', this.spanAt(first), { clause: role, suggestion }));
      return undefined;
    });
  });

  /** A table, or the member of a loop's: `legs["eu"]`. */
  private readonly tableReference = this.RULE('tableReference', (): Ast.WordValue | Ast.ReferenceValue => {
    const name = this.SUBRULE(this.word);
    const path: Ast.PathStep[] = [];
    this.MANY({ GATE: () => this.onSameLine() && !this.startsRows(), DEF: () => path.push(this.SUBRULE(this.pathStep)) });
    return this.ACTION(() => {
      const last = path.at(-1);
      return last === undefined ? { ...name, kind: 'word-value' } : { kind: 'reference', span: { ...name.span, end: last.span.end }, name, path };
    });
  });

  private readonly declarationItem = this.RULE('declarationItem', (): Ast.DeclarationItem => {
    const first = this.LA(1);
    const keyword = this.SUBRULE1(this.word);
    const name = this.SUBRULE2(this.word);
    this.CONSUME(t.Equals);
    const kind = this.SUBRULE3(this.word);
    const call = this.SUBRULE(this.args, { ARGS: [kind] });
    const body = this.OPTION(() => this.SUBRULE(this.record));
    const rest = { keyword, name, call, ...(body === undefined ? {} : { body }) };
    return { kind: 'declaration', span: this.spanFrom(first), ...this.doc(first), ...rest };
  });

  /** Whether a list of rows follows, and no index: the `:` before it is missing. */
  private startsRows(): boolean {
    const inside = this.LA(2).tokenType;
    return this.LA(1).tokenType === t.LeftBracket && (inside === t.LeftBrace || inside === t.LeftBracket || inside === t.RightBracket);
  }

  /** Whether a row follows that others, or the end of a list, stand behind: their `[` is missing here, not there. */
  private startsRowsWithoutBracket(): boolean {
    let depth = 0;
    let at = 0;
    do {
      const { tokenType } = this.LA(++at);
      depth += Number(tokenType === t.LeftBrace) - Number(tokenType === t.RightBrace);
      if (tokenType === EOF) return false;
    } while (depth > 0);
    const behind = this.LA(at + (this.LA(at + 1).tokenType === t.Comma ? 2 : 1)).tokenType;
    return at > 1 && (behind === t.LeftBrace || behind === t.RightBracket);
  }

  private doc(first: IToken): { doc?: string } {
    const doc = this.context.docOf(first.startOffset);
    return doc === undefined ? {} : { doc };
  }
}
