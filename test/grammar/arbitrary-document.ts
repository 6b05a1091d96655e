import fc from 'fast-check';

/** White space that may stand wherever tokens meet within a line. */
const blank = fc.constantFrom('', ' ', '  ', '\t');
const comment = fc.constantFrom('// a comment', '//', '/// a doc comment', '// { [ ( """ "');
/** What may stand between entries: a comma, a new line, both, with comments. */
const separator = fc.oneof(
  fc.constantFrom(', ', ',', '\n', ',\n', '\n\n\n', '\n  '),
  fc.tuple(fc.constantFrom(' ', '\n', ',\n', ', '), comment).map(([space, text]) => `${space}${text}\n`),
);
const edge = fc.oneof({ weight: 4, arbitrary: blank }, fc.constantFrom('\n', '\n\n'), comment.map((text) => ` ${text}\n`));

const name = fc.oneof(
  fc.constantFrom('a', 'legs', 'gbm_2', 'for', 'in', 'test', 'table', 'import', 'from', 'as', 'given', 'param'),
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/).filter((text) => !['true', 'false', 'none'].includes(text)),
);
const number = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    fc.constantFrom('0', '1_000', '12', '3.5', '1e-3', '9007199254740993', '1e400'),
    fc.constantFrom('', '%', 'ms', 's', 'm', 'MiB', 'kB'),
  )
  .map((parts) => parts.join(''));
const plain = fc
  .array(fc.constantFrom('a', ' ', '\\n', '\\"', '\\\\', '\\${', '${n}', '// x', '{', '日本', '\\u{1F600}', '$ '), { maxLength: 5 })
  .map((parts) => `"${parts.join('')}"`);
const raw = fc
  .array(fc.constantFrom('SELECT 1', '    x', '  y ', '', '\t', '${n}', '"q"', '  // z'), { minLength: 1, maxLength: 5 })
  .map((lines) => `"""${lines.join('\n')}\n"""`);

const wrap = (open: string, close: string, inner: fc.Arbitrary<string>, maxLength = 3): fc.Arbitrary<string> =>
  fc
    .tuple(edge, fc.array(fc.tuple(inner, separator), { maxLength }), inner, fc.boolean(), edge)
    .map(([start, most, last, some, end]) =>
      `${open}${start}${most.flat().join('')}${some ? last : ''}${end}${close}`,
    );

/** Values, as deep as fast-check likes. */
export const { value, record } = fc.letrec<{ value: string; record: string; entry: string; call: string; atom: string }>((tie) => ({
  atom: fc.oneof(number, plain, name, fc.constantFrom('true', 'false', 'none', '${n}', 'a.b', 'gbm["eu"].best', 'x[*]', 'int?')),
  call: fc.tuple(name, wrap('(', ')', tie('value')), fc.constantFrom('', '?')).map((parts) => parts.join('')),
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('atom'),
    raw,
    fc.tuple(tie('atom'), blank, fc.constantFrom('..'), blank, tie('atom')).map((parts) => parts.join('')),
    fc.tuple(tie('atom'), fc.constantFrom('..', ' ..')).map((parts) => parts.join('')),
    tie('atom').map((text) => `..${text}`),
    tie('call'),
    wrap('[', ']', tie('value')),
    tie('record'),
  ),
  entry: fc.oneof(
    fc.tuple(fc.oneof(name, fc.constantFrom('"Mean Temp"')), blank, fc.constant(':'), edge, tie('value')).map((parts) => parts.join('')),
    fc.tuple(name, edge, tie('record')).map((parts) => parts.join('')),
  ),
  record: wrap('{', '}', tie('entry')),
}));

const declaration = fc
  .tuple(fc.constantFrom('source', 'table', 'model', 'unknown'), name, blank, name, wrap('(', ')', value), fc.option(record, { nil: '' }))
  .map(([keyword, own, space, kind, args, body]) => `${keyword} ${own}${space}=${space}${kind}${args} ${body}`);
const simple = fc.oneof(
  declaration,
  fc.tuple(name, record).map(([own, body]) => `pipeline ${own} ${body}`),
  fc.tuple(name, value, value).map(([own, type, preset]) => `param ${own}: ${type} = ${preset}`),
  fc.constantFrom('import "npm:x"', 'import { a as b, as }from "./x.mlp"', 'import { a\nas\nas as c } from "./x.mlp"'),
  fc.tuple(name, value).map(([table, rows]) => `test "t" { given ${table}: ${rows}\nexpect ${table}: [] }`),
);
const item = fc.oneof(
  { weight: 4, arbitrary: simple },
  // In column 1 the body of a loop would end.
  wrap('for r in [1, 2] {', '}', simple).map((text) => text.replaceAll('\n', '\n    ')),
);

/** Whole documents in any layout: what is written is in the language, but seldom pretty. */
export const documentText = wrap('', '', item, 4);
