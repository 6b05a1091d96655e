/** A name as a key of a pipeline has it: in quotes where it is not an identifier. */
export function asKey(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
