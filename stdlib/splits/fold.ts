import type { Kind } from '../../compiler/kinds/kind.ts';
import { record } from '../../compiler/kinds/schema.ts';
import { runFold } from './run-fold.ts';

/**
 * One fold of a split's training rows: what is held out is the test part, the others are trained on, and the validation
 * part stays. All folds of a split have the same seed, so that each training row is held out in one of them.
 */
export const fold: Kind = {
  name: 'fold',
  version: 1,
  doc: 'Holds out one fold of the training rows: its test part; the validation part stays, and the former test rows are in none.',
  example: '',
  inputs: [],
  params: record({}),
  engine: 'duckdb',
  seeded: true,
  guarantee: 'bitwise',
  sequential: true,
  infer: () => undefined,
  run: runFold,
};
