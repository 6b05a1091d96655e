import type { Kind } from './kind.ts';

/** The engines that a kind may run on, the best first. */
export function engineNames({ engine }: Pick<Kind, 'engine'>): readonly string[] {
  return engine === undefined ? [] : typeof engine === 'string' ? [engine] : engine;
}

/** The engine that a kind runs on, with its version, where one of its engines is among these; `versions` are by name. */
export function engineOf(kind: Pick<Kind, 'engine'>, versions: Readonly<Record<string, string>>): { readonly name: string; readonly version: string } | undefined {
  for (const name of engineNames(kind)) {
    const version = versions[name];
    if (version !== undefined) return { name, version };
  }
  return undefined;
}
