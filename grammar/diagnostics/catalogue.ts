import { checking } from './checking.ts';
import type { CatalogueEntry } from './entry.ts';
import { running } from './running.ts';
import { syntax } from './syntax.ts';

/** Every diagnostic of the program, by code. */
export const catalogue = { ...syntax, ...checking, ...running };

/** The name of a diagnostic, such as `missing-token`: stable, so that a text can refer to it. */
export type Code = keyof typeof catalogue;

/** What a code's message is made from. */
export type Parameters<C extends Code> = (typeof catalogue)[C] extends CatalogueEntry<infer P> ? P : never;
