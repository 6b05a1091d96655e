import { expect, it } from 'vitest';
import type { Column } from '../../compiler/types.ts';
import { checkCondition, conditionNeed } from '../../stdlib/conditions.ts';
import { analyse, column } from './support.ts';

const columns: readonly Column[] = [
  ...['delay BIGINT', 'Distance INTEGER?', 'origin VARCHAR?', 'late BOOLEAN', 'day DATE?', 'größe DOUBLE', 'holds BOOLEAN', 'COLUMN_1 INTEGER'].map(column),
  { ...column('x BIGINT'), name: 'two words' },
  { ...column('x BIGINT'), name: 'he "said"' },
  { ...column('x BIGINT'), name: 'a*b' },
];

it.each([
  ['delay > 0', 1],
  ['DELAY * 2 > distance', 2],
  ['(delay)*2 > 0', 1],
  ['"two words" > 0 AND "he ""said""" > 1', 2],
  ['größe > 0 -- origin', 2],
  ['true', 1],
  ['holds', 1],
  ['"a*b" > 0', 1],
  ['COLUMNS(*) IS NOT NULL', columns.length],
  ["COLUMNS('d.*') IS NOT NULL", columns.length],
  ['* > 0', columns.length],
  ['#1 > 0', columns.length],
  ['rows_of_table.delay > 0', columns.length],
  ['rows_of_table IS NOT NULL', columns.length],
  ['delay > (SELECT max(delay) FROM rows_of_table)', columns.length],
  ['(SELECT count(*) FROM (SELECT * FROM (SELECT delay))) > 0', columns.length],
  ['delai > 0', 1],
  ['origin > 0', 1],
  ['sum(delay) > 0', 1],
  ['delay', 1],
  ['delay >', 1],
])('the condition %s is the same over the %d columns that it may read as over all', async (condition, given) => {
  const need = conditionNeed(condition, columns);
  expect(need.tables.map((table) => table.columns.length)).toEqual([given]);
  const over = async (some: readonly Column[]): Promise<unknown> => checkCondition(await analyse(need.text, [{ name: 'rows_of_table', columns: some }]), columns);
  expect(await over(need.tables[0]?.columns ?? [])).toEqual(await over(columns));
});
