/** What was built, by its digest; the sources themselves do not know it. */
export const BUILD = typeof MLP_BUILD === 'string' ? MLP_BUILD : undefined;
declare const MLP_BUILD: string | undefined;
