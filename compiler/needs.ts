import type { SqlAnalysis, SqlReferences } from './sql/analysis.ts';
import type { Digest } from './plan/artifact.ts';
import type { RootFile } from './plan/plan.ts';
import type { Column } from './types.ts';
import type { JsonObject } from './json.ts';

/** Something the compiler has to know and cannot look up: it names it, and its caller answers. */
export type Need = SourceNeed | PackageNeed | EnvironmentNeed | KindNeed;

/** What a kind may ask for. */
export type KindNeed = FilesNeed | DescribeNeed | ReferencesNeed | AnalysisNeed;

/** The text of another pipeline file. */
export interface SourceNeed {
  readonly need: 'source';
  /** As written, relative to the folder of the file that says it. */
  readonly path: string;
  readonly from: string;
}

/** The kinds that an npm package exports. */
export interface PackageNeed {
  readonly need: 'package';
  readonly name: string;
}

/** A variable of the environment. */
export interface EnvironmentNeed {
  readonly need: 'environment';
  readonly name: string;
}

/** The files that a source names, with their digests, in the order of their paths. */
export interface FilesNeed {
  readonly need: 'files';
  /** As written: a path, a glob, or `npm:package/path`. */
  readonly pattern: string;
  /** The file that says it; relative paths start at its folder. */
  readonly from: string;
}

/** The columns of files, read as a format with options. */
export interface DescribeNeed {
  readonly need: 'describe';
  readonly format: string;
  readonly files: readonly RootFile[];
  readonly options: JsonObject;
}

/** The tables that a query reads, found in its text alone. */
export interface ReferencesNeed {
  readonly need: 'references';
  readonly text: string;
}

/** The facts of a query whose tables have these columns. */
export interface AnalysisNeed {
  readonly need: 'analysis';
  readonly text: string;
  readonly tables: readonly { readonly name: string; readonly columns: readonly Column[] }[];
}

/** What could not be found out, for the user. */
export interface Problem {
  readonly ok: false;
  readonly message: string;
  readonly hint?: string;
}

/** The answers, by what is needed. */
interface Answers {
  /** `file` is the one name of a file, however it was reached. */
  readonly source: { readonly ok: true; readonly file: string; readonly text: string } | Problem;
  /** `kinds` is what the package exports under this name, whatever that is; `digest` is of the package's code. */
  readonly package: { readonly ok: true; readonly kinds: unknown; readonly digest: Digest } | Problem;
  readonly environment: { readonly value: string | undefined };
  readonly files: { readonly ok: true; readonly files: readonly RootFile[] } | Problem;
  readonly describe: { readonly ok: true; readonly columns: readonly Column[] } | Problem;
  readonly references: SqlReferences;
  readonly analysis: SqlAnalysis;
}

/** The answer that a need gets. */
export type AnswerTo<N extends Need> = Answers[N['need']];

/** Any of the answers. */
export type Answer = Answers[Need['need']];

/** A phase that names what it needs and goes on with the answers, in the same order. */
export type Asking<T> = Generator<readonly Need[], T, readonly Answer[]>;

/** Asks one question of each of some needs. */
export function* askAll<N extends Need>(needs: readonly N[]): Asking<readonly AnswerTo<N>[]> {
  return needs.length === 0 ? [] : ((yield needs) as readonly AnswerTo<N>[]);
}
