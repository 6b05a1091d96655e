import type { Kind } from '../../compiler/kinds/kind.ts';
import { record } from '../../compiler/kinds/schema.ts';
import { runBootstrap } from './run-bootstrap.ts';

/** One sample of a split's training rows, for a model that is fitted to it; the other parts stay. */
export const bootstrap: Kind = {
  name: 'bootstrap',
  version: 1,
  doc: 'Draws a sample of the training rows, in which a row may be several times; the validation and test parts stay.',
  example: '',
  inputs: [],
  params: record({}),
  engine: 'duckdb',
  seeded: true,
  guarantee: 'bitwise',
  sequential: true,
  infer: () => undefined,
  run: runBootstrap,
};
