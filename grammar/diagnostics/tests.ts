import { asKey } from './as-key.ts';
import { entry } from './entry.ts';
import { listed } from './listed.ts';

/** What the compiler finds in `test` blocks: a part of `checking`. */
export const tests = {
  'duplicate-test': entry<{ title: string }>({
    severity: 'error',
    message: ({ title }) => `two tests are called "${title}"`,
    hint: () => 'give one of them another title: results are told by it',
  }),
  'test-without-expect': entry<{ title: string }>({
    severity: 'error',
    message: ({ title }) => `the test "${title}" expects nothing`,
    hint: () => 'add the rows that a table must have: `expect legs: [{ late: true }]`',
  }),
  /** `name` is what the test can call what it needs; without it, that is in another file and not imported by name. */
  'test-needs-given': entry<{ table: string; needs: string; name: string | undefined; columns: readonly string[] }>({
    severity: 'error',
    message: ({ table, needs }) =>
      table === needs ? `\`${table}\` is made by no query: a test can give its rows, not expect them` : `\`${table}\` is made from \`${needs}\`, which the test does not give`,
    hint: ({ table, needs, name, columns }) => {
      if (table === needs) return undefined;
      const rows = `[{ ${columns.map((column) => `${asKey(column)}: …`).join(', ')} }]`;
      const local = needs.slice(needs.lastIndexOf('/') + 1);
      return name === undefined ? `import \`${local}\` by name, and add \`given ${local}: ${rows}\`` : `add \`given ${name}: ${rows}\``;
    },
  }),
  'test-given-and-expected': entry<{ table: string }>({
    severity: 'error',
    message: ({ table }) => `\`${table}\` is given, so nothing of it would be tested`,
    hint: () => 'give the tables that it is made from, or expect a table that is made from it',
  }),
  'test-unused': entry<{ table: string }>({
    severity: 'warning',
    message: ({ table }) => `\`${table}\` is given, and nothing that is expected is made from it`,
    hint: () => 'take it out',
  }),
  'test-missing-cells': entry<{ table: string; columns: readonly string[]; given: boolean }>({
    severity: 'error',
    message: ({ table, columns, given }) =>
      given
        ? `this row leaves out ${listed(columns, 12)}, which may not be null in \`${table}\``
        : `this row leaves out ${listed(columns, 12)}, which other rows of \`${table}\` name`,
    hint: ({ columns, given }) => (given ? undefined : `every row names the columns that are compared; where null is expected write \`${asKey(columns[0] ?? '')}: none\``),
  }),
  'test-empty-rows': entry<{ table: string; columns: readonly string[] }>({
    severity: 'error',
    message: () => 'these rows name no columns, so that nothing is compared',
    hint: ({ table, columns }) => `\`${table}\` has ${listed(columns, 12)}`,
  }),
};
