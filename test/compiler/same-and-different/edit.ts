import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompileOptions } from '../../support/compile.ts';

/** An edit of a base: texts to be replaced, by what. */
export interface Edit {
  readonly why: string;
  /** The pipeline that is edited, by default `BASE`. */
  readonly of?: string;
  readonly replace?: readonly (readonly [from: string | RegExp, to: string])[];
  readonly options?: CompileOptions;
}

/** An edit that some steps do not survive. */
export interface Different extends Edit {
  /** Their kinds. */
  readonly changes: readonly string[];
}

/** A pipeline that has something of everything. */
export const BASE = readFileSync(join(import.meta.dirname, 'base.mlp'), 'utf8');

/** Another one: sequences, networks, ensembles. */
export const NETWORKS = readFileSync(join(import.meta.dirname, 'networks.mlp'), 'utf8');

/** Its source. */
export const SOURCE = /source flights[^]*?\n\}\n/.exec(BASE)?.[0] ?? '';

/** The source in a file of its own. */
export const IMPORTED = {
  replace: [[SOURCE, 'import { flights } from "./ground.mlp"\n']],
  options: { files: { 'ground.mlp': SOURCE } },
} as const satisfies Omit<Edit, 'why'>;
