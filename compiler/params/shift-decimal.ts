/** A number times a power of ten, as if written so: 0.7% is 0.007, where 0.7 / 100 is 0.006999999999999999. */
export function shiftDecimal(value: number, places: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return Number(`${digits}e${Number(exponent) + places}`);
}
