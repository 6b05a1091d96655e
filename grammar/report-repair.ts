import { tokenMatcher } from 'chevrotain';
import { diagnose, type Diagnostic } from './diagnostics/diagnostic.ts';
import { didYouMean } from './diagnostics/nearest.ts';
import type { Edit, Failure } from './edit.ts';
import { isOpeningKeyword, openingKeywords } from './keywords.ts';
import { spanOf, type Token } from './lex-text.ts';
import type { Span } from './span.ts';
import * as t from './tokens.ts';

const descriptions: Readonly<Record<string, string>> = {
  Identifier: 'a name',
  PlainString: 'a string in quotes',
  RightBrace: 'an entry or `}`',
  RightBracket: 'a value or `]`',
  RightParen: 'an argument or `)`',
  LeftBrace: '`{`',
  LeftBracket: '`[`',
  LeftParen: '`(`',
  Colon: '`:`',
  Equals: '`=`',
  Comma: '`,`',
  Dot: '`.`',
  value: 'a value',
  item: 'a declaration',
  separator: 'a comma or a new line',
};

function describe(expected: string): string {
  return descriptions[expected] ?? `\`${expected}\``;
}

/** A token as a message shows it. */
export function showToken(token: Token | undefined): string {
  if (token === undefined) return 'the end';
  const [line = ''] = token.image.split('\n');
  return `\`${line.length > 30 ? `${line.slice(0, 29)}…` : line}\``;
}

/** The diagnostic for an edit that mends a failure, or, without one, for giving up there. */
export function reportRepair(
  file: string,
  tokens: readonly Token[],
  failure: Failure,
  edit: Edit | undefined,
): Diagnostic {
  const found = tokens[failure.at];
  const at = placeAt(file, tokens, failure.at);
  if (edit === undefined) return diagnose('unread-rest', at, {});
  if (failure.expected === 'range') return diagnose('open-range', placeAt(file, tokens, failure.at - 1), {});
  if (edit.kind === 'join') return diagnose('call-on-new-line', at, { name: tokens[failure.at - 1]?.image ?? '' });
  if (edit.kind === 'insert') return reportMissing(file, tokens, failure, edit);
  const place = edit.kind === 'delete' ? edit.at : failure.at;
  const token = tokens[place] ?? found;
  const span = placeAt(file, tokens, place);
  if (token?.tokenType === t.Comma && edit.kind === 'delete') return diagnose('extra-comma', span, {});
  if (place !== failure.at) return diagnose('stray-token', span, { found: showToken(token) });
  return diagnose('unexpected-token', span, { found: showToken(token), expected: describe(failure.expected) });
}

function reportMissing(file: string, tokens: readonly Token[], failure: Failure, edit: Edit): Diagnostic {
  const next = tokens[edit.at];
  const leads = edit.token !== undefined && edit.token.startLine === next?.startLine;
  const span = leads ? placeAt(file, tokens, edit.at) : endOf(file, tokens, edit.at);
  const before = showToken(next);
  const type = edit.token?.tokenType;
  if (type === t.Comma) return diagnose('missing-separator', span, { before });
  if (type === t.Identifier && tokens[edit.at + 1]?.tokenType === t.Equals && !isOpeningKeyword(next?.image ?? '')) {
    return diagnose('missing-keyword', span, { before });
  }
  const afterKey = [t.Colon, t.Equals].some((sign) => tokens[edit.at - 1]?.tokenType === sign);
  const isValue = type === t.Identifier && (failure.expected === 'value' || afterKey);
  const named = isValue ? 'value' : (type?.name ?? '');
  const missing = named.startsWith('Right') ? `\`${t.closerLabels.get(named) ?? ''}\`` : describe(named);
  return diagnose('missing-token', span, { missing, before, hint: misspelling(tokens, failure.at) });
}

/** A word in front of what could not be understood that is nearly a keyword. */
function misspelling(tokens: readonly Token[], at: number): string | undefined {
  const first = tokens[at - 1];
  if (first === undefined || !tokenMatcher(first, t.Identifier) || !first.firstOnLine) return undefined;
  return isOpeningKeyword(first.image) ? undefined : didYouMean(first.image, openingKeywords);
}

/** The token itself, or, if it is not in the text, the end of what is before it. */
function placeAt(file: string, tokens: readonly Token[], at: number): Span {
  const token = tokens[at];
  return token === undefined || token.image === '' ? endOf(file, tokens, at) : spanOf(file, token);
}

/** The end of the token before. */
function endOf(file: string, tokens: readonly Token[], at: number): Span {
  const before = tokens[at - 1];
  const end = before === undefined ? 0 : spanOf(file, before).end;
  return { file, start: end, end };
}
