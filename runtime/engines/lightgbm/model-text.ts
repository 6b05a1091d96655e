/**
 * A model without the list of parameters that it was trained with: the number of threads is among them, which changes
 * nothing else. LightGBM reads models without it.
 */
export function withoutSettings(text: string): string {
  const start = text.indexOf('\nparameters:\n');
  const end = text.indexOf('\nend of parameters\n', start);
  return start < 0 || end < 0 ? text : text.slice(0, start) + text.slice(end + '\nend of parameters\n'.length);
}
