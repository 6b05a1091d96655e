import { delimiter } from 'node:path';

/** Where an engine in Python lies: the program that runs it, and the folders in which modules are found. */
export interface PythonPlace {
  readonly program: string;
  readonly folders: readonly string[];
}

/** A place as one text, as the system writes search paths. */
export function pythonPlace({ program, folders }: PythonPlace): string {
  return [program, ...folders].join(delimiter);
}

/** Reads what `pythonPlace` wrote. */
export function parsePythonPlace(text: string): PythonPlace {
  const [program = '', ...folders] = text.split(delimiter);
  return { program, folders };
}
