import type { SqlAnalysis, SqlReferences } from './sql/analysis.ts';
import type { RootFile } from './plan/plan.ts';
import type { Column } from './types.ts';
import type { JsonObject } from './json.ts';

/** Something the compiler has to know and cannot look up: it names it, and its caller answers. */
export type Need = FilesNeed | DescribeNeed | ReferencesNeed | AnalysisNeed;

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

/** The answer that a need gets. */
export type AnswerTo<N extends Need> = N extends FilesNeed
  ? { readonly ok: true; readonly files: readonly RootFile[] } | Problem
  : N extends DescribeNeed
    ? { readonly ok: true; readonly columns: readonly Column[] } | Problem
    : N extends ReferencesNeed
      ? SqlReferences
      : N extends AnalysisNeed
        ? SqlAnalysis
        : never;

/** Any of the answers. */
export type Answer = AnswerTo<FilesNeed> | AnswerTo<DescribeNeed> | SqlReferences | SqlAnalysis;
