import { expect, it } from 'vitest';
import type { Matrix } from '../../runtime/data/matrix.ts';
import { learnInputs, rowsMaker } from '../../stdlib/models/network/network-inputs.ts';

const NONE = NaN;

/** Windows of three steps with two numbers each. */
const WINDOWS = [
  [1, 2, 3, 4, 5, 6],
  [NONE, NONE, 3, 4, 5, 6],
  [NONE, 2, NONE, NONE, 5, NONE],
  [NONE, NONE, NONE, NONE, NONE, NONE],
];

const matrix: Matrix = {
  rows: WINDOWS.length,
  features: Array.from({ length: 6 }, (_, place) => ({ kind: 'numeric', name: `p_${place}`, values: Float64Array.from(WINDOWS, (row) => row[place] ?? NONE), cell: { column: 'p', shape: [3, 2], place } })),
};
const { features, inputs } = learnInputs(matrix, {});

it('a step counts that has any number', () => {
  const { present } = rowsMaker(features, { ...inputs, masked: true })(matrix);
  expect(Array.from(present ?? [])).toEqual([1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0]);
});

it('without masking, what is missing is the mean and every step counts', () => {
  const rows = rowsMaker(features, inputs)(matrix);
  expect(rows.present).toBeUndefined();
  expect(Array.from(rows.array?.slice(18) ?? [])).toEqual([0, 0, 0, 0, 0, 0]);
  expect(rows.array).toEqual(rowsMaker(features, { ...inputs, masked: true })(matrix).array);
});
