import { entry, type CatalogueEntry } from './entry.ts';
import { listed } from './listed.ts';

/** What the compiler finds in sources, queries and checks: a part of `checking`. */
export const tables = {
  'unreadable-files': entry<{ message: string; hint: string | undefined }>({
    severity: 'error',
    message: ({ message }) => message,
    hint: ({ hint }) => hint,
  }),
  'column-not-in-files': entry<{ column: string; columns: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ column }) => `the files have no column \`${column}\``,
    hint: ({ columns, suggestion }) => suggestion ?? `they have ${listed(columns, 12)}`,
  }),
  'undeclared-columns': entry<{ columns: readonly string[] }>({
    severity: 'error',
    message: ({ columns }) => `\`schema\` does not list ${listed(columns, 12)}, and \`extra: fail\` allows no others`,
    hint: () => 'list them, or say `extra: keep` or `extra: drop`',
  }),
  'impossible-type': entry<{ column: string; from: string; to: string }>({
    severity: 'error',
    message: ({ column, from, to }) => `\`${column}\` is ${from} in the files, which cannot become ${to}`,
    hint: ({ from }) => (from === 'other' ? 'leave it out of `schema`, and convert it in SQL' : `declare it as \`${from}\`, and convert it in SQL`),
  }),
  'bad-where': entry<{ column: string; message: string; hint: string | undefined }>({
    severity: 'error',
    message: ({ column, message }) => `the \`where\` of \`${column}\` is wrong: ${message}`,
    hint: ({ hint }) => hint,
  }),
  'column-twice': entry<{ column: string }>({
    severity: 'error',
    message: ({ column }) => `there would be two columns called \`${column}\`: names are compared without regard to case`,
  }),
  'no-partition': entry<{ name: string; file: string }>({
    severity: 'error',
    message: ({ name, file }) => `no folder of \`${file}\` says \`${name}=…\``,
    hint: () => 'partitions are told by the folders that the files lie in, as in `data/region=eu/rows.csv`, with the same case',
  }),
  'filename-ambiguous': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `two of the files are called \`${name}\`, so that the column \`filename\` would not tell them apart`,
    hint: () => 'give them names of their own, or leave `filename` out',
  }),
  'unknown-table': entry<{ name: string; tables: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `there is no table \`${name}\``,
    hint: ({ tables, suggestion }) =>
      suggestion ?? (tables.length === 0 ? 'declare it, as in `source rows = csv("data.csv")`' : `declared are ${listed(tables, 12)}`),
  }),
  'not-a-table': entry<{ name: string; what: string }>({
    severity: 'error',
    message: ({ name, what }) => `\`${name}\` is a ${what}, and SQL reads tables`,
  }),
  'sql-syntax': sqlEntry(),
  'sql-not-a-query': sqlEntry(),
  'sql-forbidden-function': sqlEntry(),
  'sql-forbidden-table': sqlEntry(),
  'sql-order-dependent': sqlEntry(),
  'sql-no-name': sqlEntry(),
  'sql-binding': sqlEntry(),
  'nothing-expected': entry<object>({
    severity: 'warning',
    message: () => 'this check expects nothing',
    hint: () => 'say `rows: 1..`, or `not_null: [column]`',
  }),
  'bad-condition': entry<{ name: string; message: string; hint: string | undefined }>({
    severity: 'error',
    message: ({ name, message }) => `the condition \`${name}\` is wrong: ${message}`,
    hint: ({ hint }) => hint,
  }),
  'bad-pattern': entry<{ column: string; message: string }>({
    severity: 'error',
    message: ({ column, message }) => `the pattern for \`${column}\` is no regular expression: ${message}`,
    hint: () => 'in a text with three quotes, `"""…"""`, a backslash stands for itself',
  }),
  'no-second-table': entry<object>({
    severity: 'error',
    message: () => '`references` looks into a second table, and there is none',
    hint: () => 'name it between the parentheses, as in `expect(legs, airports) { references { origin: code } }`',
  }),
};

/** What DuckDB says of a query, already put in the user's terms by the analysis. */
function sqlEntry(): CatalogueEntry<{ message: string; hint: string | undefined }> {
  return entry({ severity: 'error', message: ({ message }) => message, hint: ({ hint }) => hint });
}
