export * from './ast.ts';
export * from './diagnostics/index.ts';
export { formatDocument } from './format-document.ts';
export { declarationKeywords, isOpeningKeyword, openingKeywords, type DeclarationKeyword } from './keywords.ts';
export { parseDocument } from './parse-document.ts';
export { offsetInFile } from './string-literal.ts';
export { children, walk } from './walk.ts';
