import type { Kind } from '../../compiler/kinds/kind.ts';
import { record } from '../../compiler/kinds/schema.ts';
import { runOutOfFold } from './run-out-of-fold.ts';

/** The rows of a stack's meta model. */
export const outOfFold: Kind = {
  name: 'out_of_fold',
  version: 1,
  doc: 'Puts together what a stack’s members say of each row: of a training row the fit that has not seen it, of others the member itself.',
  example: '',
  inputs: [],
  params: record({}),
  engine: 'duckdb',
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: () => undefined,
  run: runOutOfFold,
};
