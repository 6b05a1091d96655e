/** The variable of the environment that sets a param. */
export function paramVariable(name: string): string {
  return `MLP_PARAM_${name}`;
}
