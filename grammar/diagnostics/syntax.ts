import { entry } from './entry.ts';

/** What the lexer and the parser find. */
export const syntax = {
  'unexpected-character': entry<{ characters: string; hint?: string | undefined }>({
    severity: 'error',
    message: ({ characters }) => `\`${characters}\` means nothing here`,
    hint: ({ hint }) => hint,
  }),
  'unterminated-string': entry<{ raw: boolean }>({
    severity: 'error',
    message: ({ raw }) => (raw ? 'this `"""` is never closed' : 'this string is not closed on its line'),
    hint: ({ raw }) => (raw ? 'end the text with `"""`' : 'end it with `"`; longer text goes between `"""` and `"""`'),
  }),
  'unknown-escape': entry<{ escape: string }>({
    severity: 'error',
    message: ({ escape }) => `\`${escape}\` is not an escape`,
    hint: () => 'escapes are \\n \\t \\r \\" \\\\ \\$ and \\u{1F600}; a backslash itself is `\\\\`',
  }),
  'bad-interpolation': entry<object>({
    severity: 'error',
    message: () => '`${` takes the name of a param and `}`',
    hint: () => 'write `\\${` for these two characters themselves',
  }),
  'bad-number': entry<{ text: string; suggestion?: string | undefined }>({
    severity: 'error',
    message: ({ text }) => `\`${text}\` is not a number`,
    hint: ({ suggestion }) => (suggestion === undefined ? undefined : `write \`${suggestion}\``),
  }),
  'unknown-unit': entry<{ unit: string; suggestion?: string | undefined }>({
    severity: 'error',
    message: ({ unit }) => `\`${unit}\` is not a unit`,
    hint: ({ suggestion }) => suggestion ?? 'units are % ms s m h d w B kB KB MB GB KiB MiB GiB',
  }),
  'unexpected-token': entry<{ found: string; expected: string }>({
    severity: 'error',
    message: ({ found, expected }) => `expected ${expected}, found ${found}`,
  }),
  'stray-token': entry<{ found: string }>({
    severity: 'error',
    message: ({ found }) => `${found} does not belong here`,
  }),
  'missing-token': entry<{ missing: string; before: string; hint?: string | undefined }>({
    severity: 'error',
    message: ({ missing, before }) => `${missing} is missing before ${before}`,
    hint: ({ hint }) => hint,
  }),
  'missing-separator': entry<{ before: string }>({
    severity: 'error',
    message: ({ before }) => `nothing separates this from ${before}`,
    hint: () => 'put a comma or a new line between them',
  }),
  'missing-keyword': entry<{ before: string }>({
    severity: 'error',
    message: ({ before }) => `the keyword is missing before ${before}`,
    hint: () => 'a declaration is `keyword name = kind(inputs) { parameters }`, as in `table t = sql("""…""")`',
  }),
  'unclosed-bracket': entry<{ opener: string; closer: string }>({
    severity: 'error',
    message: ({ opener, closer }) => `this \`${opener}\` is never closed with \`${closer}\``,
  }),
  'extra-comma': entry<object>({
    severity: 'error',
    message: () => 'one comma too many',
    hint: () => 'remove it: one comma or a new line separates, and a comma may end a list',
  }),
  'positional-after-named': entry<{ name: string }>({
    severity: 'error',
    message: () => 'an argument without a name follows one with a name',
    hint: ({ name }) => `put it before \`${name}:\`, or give it a name`,
  }),
  'open-range': entry<object>({
    severity: 'error',
    message: () => 'a range needs at least one end',
    hint: () => 'as in `3..10`, `3..` or `..10`; the upper end stands on the same line',
  }),
  'call-on-new-line': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `the \`(\` of \`${name}\` stands on another line`,
    hint: ({ name }) => `write \`${name}(\`: a new line separates`,
  }),
  'unknown-clause': entry<{ clause: string; suggestion?: string | undefined }>({
    severity: 'error',
    message: ({ clause }) => `\`${clause}\` is not a part of a test`,
    hint: ({ suggestion }) => suggestion ?? 'a test has `given table: [rows]` and `expect table: [rows]`',
  }),
  'too-deep': entry<{ limit: number }>({
    severity: 'error',
    message: ({ limit }) => `brackets are nested more than ${limit} deep`,
    hint: () => 'this declaration was not read',
  }),
  'unread-rest': entry<object>({
    severity: 'error',
    message: () => 'from here on this declaration could not be understood',
    hint: () => 'mend what is reported above it first',
  }),
  'document-nothing': entry<object>({
    severity: 'warning',
    message: () => 'this `///` documents nothing',
    hint: () => 'it belongs on the lines before a declaration; an ordinary comment begins with `//`',
  }),
};
