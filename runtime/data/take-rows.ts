import type { IntegerArray } from './matrix.ts';

/** The values at some positions, in their order, in an array of the same type. */
export function takeRows<A extends IntegerArray | Float32Array | Float64Array>(values: A, rows: Uint32Array): A {
  const taken = new (values.constructor as new (length: number) => A)(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i] as number] as number;
  return taken;
}
