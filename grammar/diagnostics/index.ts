// Diagnostics and their places, without the parser: who looks at what was compiled before loads no more.
export * from '../span.ts';
export { asKey } from './as-key.ts';
export { catalogue, type Code, type Parameters } from './catalogue.ts';
export * from './diagnostic.ts';
export { entry, type CatalogueEntry } from './entry.ts';
export { renderDiagnostic, type Paint } from './render-diagnostic.ts';
export { didYouMean, nearest } from './nearest.ts';
