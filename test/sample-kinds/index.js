import { complete } from './complete.js';

/** What `import "npm:sample-kinds"` brings into a pipeline. */
export const kinds = [complete];
