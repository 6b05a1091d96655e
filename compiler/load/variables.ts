import { walk, type Document } from '../../grammar/index.ts';
import { variableOf } from '../params/variable.ts';

/** The variables of the environment that a file names: `env("NAME")`. */
export function variablesOf(document: Document): string[] {
  const names: string[] = [];
  walk(document, (node) => {
    const name = node.kind === 'call' ? variableOf(node, 'env') : undefined;
    if (name !== undefined) names.push(name);
  });
  return names;
}
