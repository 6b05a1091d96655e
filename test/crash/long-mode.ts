/** `MLP_LONG_TESTS=1`: every point is tried, where `npm test` takes a sample. */
export const isLong = process.env['MLP_LONG_TESTS'] === '1';

/** Every point, or each n-th; which ones depends on `offset`, so that kinds of faults try different ones. */
export function pointsOf(count: number, each: number, offset = 0): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  return isLong ? all : all.filter((index) => index % each === offset % each);
}
