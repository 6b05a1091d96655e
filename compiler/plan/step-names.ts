/** Whether a text of the command line is the name of a step: case does not count, and quotes may be left out, which shells take away. */
export function namesStep(text: string, step: string): boolean {
  return fold(text) === fold(step);
}

/** Whether a target means a step: by its name, or by that of the loop's declaration that made it and others. */
export function selectsStep(target: string, step: string): boolean {
  return namesStep(target, step) || fold(step).startsWith(`${fold(target)}.`);
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll('"', '');
}
