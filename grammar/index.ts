// What all phases share of the language. The parser and the formatter are imported by those who parse: a worker, which
// reads plans, loads neither.
export * from './ast.ts';
export * from './diagnostics/index.ts';
export { declarationKeywords, isOpeningKeyword, openingKeywords, type DeclarationKeyword } from './keywords.ts';
export { offsetInFile } from './string-literal.ts';
export { children, walk } from './walk.ts';
