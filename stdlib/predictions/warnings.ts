import type { FailedCheck, PredictStatistics } from './prediction.ts';

/** What a person should know of values that could not be taken as they are. */
export function mistypedValues(checks: readonly FailedCheck[]): string[] {
  return checks.map(({ rows, reason }) => `${rowsWith(rows)} a value that is taken as missing: ${reason}`);
}

/** What a person should know of rows that a source would not have let pass. */
export function invalidRows(checks: readonly FailedCheck[], { invalid, source }: { readonly invalid: number; readonly source: string }): string[] {
  if (invalid === 0) return [];
  const reasons = checks.map(({ rows, reason }) => `${reason} (${count(rows)})`).join('; ');
  return [`${rowsAre(invalid)} not as \`${source}\` declares, and ${invalid === 1 ? 'has' : 'have'} no prediction: ${reasons}`];
}

/** The columns of which something is to be said. */
export interface Circumstances {
  readonly file: string;
  /** Columns that had a value in every row of training. */
  readonly complete: readonly string[];
  readonly absent: readonly string[];
}

/** What a person should know of the values that were met. */
export function describeCounts({ missing, unseen, infinite, unknown, rows, predicted, invalidRows: refused, invalid }: PredictStatistics, { file, complete, absent }: Circumstances): string[] {
  const each = (counts: Readonly<Record<string, number>>, say: (column: string, rows: number) => string): string[] =>
    Object.entries(counts).map(([column, found]) => say(column, found));
  const unexpected = Object.fromEntries(Object.entries(missing).filter(([column]) => complete.includes(column) && !(column in invalid)));
  const left = rows - predicted - refused;
  return [
    ...absent.map((column) => `${file} has no column \`${column}\`: it is taken as missing in every row`),
    ...(unknown.length === 0 ? [] : [`${file} has ${unknown.length === 1 ? 'a column' : 'columns'} that nothing reads: ${unknown.map((name) => `\`${name}\``).join(', ')}`]),
    ...(left === 0 ? [] : [`${rowsAre(left)} left out by the SQL between, and ${left === 1 ? 'has' : 'have'} no prediction`]),
    ...each(unexpected, (column, found) => `${rowsWith(found)} no \`${column}\`, which every row of training has`),
    ...each(infinite, (column, found) => `${rowsWith(found)} an infinite \`${column}\`, which is taken as missing`),
    ...each(unseen, (column, found) => `${rowsWith(found)} a \`${column}\` that no training row has`),
  ];
}

function count(rows: number): string {
  return rows.toLocaleString('en-US');
}

function rowsWith(rows: number): string {
  return `${count(rows)} ${rows === 1 ? 'row has' : 'rows have'}`;
}

function rowsAre(rows: number): string {
  return `${count(rows)} ${rows === 1 ? 'row is' : 'rows are'}`;
}

/** For rows that lack columns, which may be in the shape of what SQL makes them from. */
export function otherShape(shape: string, madeFrom: string): string {
  return `rows are to be in the shape of \`${shape}\`; if they are in that of \`${madeFrom}\`, add \`--from ${madeFrom}\``;
}
