import type { Meaning, Scope } from '../program.ts';

/** What a name stands for in a scope or around it; `folded` is lower-cased. */
export function findMeaning(scope: Scope, folded: string): Meaning | undefined {
  return scope.own.get(folded) ?? (scope.parent === undefined ? undefined : findMeaning(scope.parent, folded));
}

/** Every name in sight, as declared. */
export function namesInSight(scope: Scope): string[] {
  const outer = scope.parent === undefined ? [] : namesInSight(scope.parent);
  return [...new Set([...[...scope.own.values()].map((one) => one.name), ...outer])];
}

/** The steps that a meaning stands for, in order. */
export function stepsOf(meaning: Meaning): string[] {
  switch (meaning.kind) {
    case 'step':
      return [meaning.step];
    case 'collection':
      return [...meaning.members.values()].flatMap(stepsOf);
    case 'broken':
      return [];
  }
}
