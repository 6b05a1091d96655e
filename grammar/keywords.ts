/** Keywords of the form `keyword name = kind(…)`: the types that a name can be bound to. */
export const declarationKeywords = [
  'source',
  'table',
  'check',
  'split',
  'features',
  'model',
  'tuning',
  'report',
  'explanation',
  'choice',
  'deployment',
  'monitor',
  'schedule',
] as const;

/** A keyword of the form `keyword name = kind(…)`. */
export type DeclarationKeyword = (typeof declarationKeywords)[number];

/** Every word that opens something at the top of a file, those with a form of their own included. */
export const openingKeywords = ['pipeline', 'param', 'import', 'for', 'test', ...declarationKeywords] as const;

const known: ReadonlySet<string> = new Set(openingKeywords);

/** Whether the word opens a declaration where one can stand. */
export function isOpeningKeyword(word: string): boolean {
  return known.has(word);
}
