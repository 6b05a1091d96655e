import type { Json, JsonObject } from '../json.ts';
import type { PartName, Task } from '../types.ts';

/** SHA-256 of a content, 64 lower-case hexadecimal digits. */
export type Digest = string;

/**
 * What a step leaves in the store for one of its parts: a manifest, itself kept by content, that may name blobs.
 * No artifact holds the name of a declaration: the same content made under another name is the same artifact.
 */
export type Artifact =
  | TableArtifact
  | SplitArtifact
  | FeaturesArtifact
  | ModelArtifact
  | ReportArtifact
  | ChoiceArtifact
  | CheckArtifact
  | MeasureArtifact;

/** A content in the store: its digest, and its size in bytes. */
export interface BlobRef {
  readonly digest: Digest;
  readonly bytes: number;
}

/** A table: a file of rows in their order, and what is known of its columns. */
export interface TableArtifact {
  readonly type: 'table';
  readonly rows: number;
  readonly columns: readonly ColumnManifest[];
  /** A Parquet file; row groups of 122,880 rows, so that a row's place in the file depends on its number alone. */
  readonly file: BlobRef;
}

/** A column of a stored table, as its file has it. */
export interface ColumnManifest {
  readonly name: string;
  /** The exact type in DuckDB. */
  readonly sql: string;
  /** Over the column's chunks in the file, in order of row groups, without decoding them. */
  readonly digest: Digest;
  readonly nulls: number;
  /** For numbers, dates and strings, as DuckDB prints them; absent where no value is. */
  readonly min?: string;
  readonly max?: string;
}

/** A split: the part of each row of its table. */
export interface SplitArtifact {
  readonly type: 'split';
  readonly task: Task;
  readonly rows: number;
  /**
   * A Parquet file of one column `part`, UTINYINT: 0 train, 1 validate, 2 test, 255 none, in the order of the table's rows.
   * Of a ranking it has a column `query`, UINTEGER, too: rows of one number are ranked among themselves.
   */
  readonly codes: BlobRef;
  /** The file has a column `times`, USMALLINT: how often each training row counts as one. */
  readonly repeated?: true;
  /** Classes in the order of their codes (empty for numbers); for binary tasks the positive class is the last. */
  readonly classes: readonly string[];
  readonly parts: Readonly<Record<PartName, { readonly rows: number; readonly classes: readonly number[]; readonly queries?: number }>>;
}

/** What `prepare` fitted: readable, and all that serving needs. Its shape belongs to the kind `prepare`. */
export interface FeaturesArtifact {
  readonly type: 'features';
  readonly fitted: Json;
}

/** A trained model as it is loaded. */
export interface StoredModel {
  /** The kind that made it, which knows how to load it. */
  readonly kind: string;
  readonly task: Task;
  readonly classes: readonly string[];
  /** The model in its engine's own format, or JSON for those of our own. */
  readonly model: BlobRef;
  /** The models that it is made of, where its kind makes one of others. */
  readonly members?: readonly StoredModel[];
  /** Of a member: the places of its sets of features among those of the whole; absent: it looks at all of them, in order. */
  readonly features?: readonly number[];
  /** Of a stack: the model that predicts from the members' predictions. */
  readonly meta?: StoredModel;
}

/** A trained model, and its scores of the parts that it was not fitted on. */
export interface ModelArtifact extends StoredModel {
  readonly type: 'model';
  /** The least probability at which the last of two classes is said; absent: above one half. */
  readonly threshold?: number;
  /** What `show` shows: rounds, importance, learning curve, coefficients. Deterministic values only. */
  readonly summary: JsonObject;
  /**
   * Scores of the parts that the model was not fitted on, made while the rows were in memory, with the truth beside
   * them: what reports are computed from. Blobs in the format of `runtime/data/scores.ts`.
   */
  readonly scores: Readonly<Partial<Record<PartName, BlobRef>>>;
}

/** The contents that a model is loaded from: its own, and those of the models that it is made of. */
export function modelBlobs({ model, members = [], meta }: StoredModel): BlobRef[] {
  return [model, ...members.flatMap(modelBlobs), ...(meta === undefined ? [] : modelBlobs(meta))];
}

/** The size of a model with all that it is made of. */
export function modelBytes(model: StoredModel): number {
  return modelBlobs(model).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** One part of a report: models by position among the step's inputs. */
export interface ReportArtifact {
  readonly type: 'report';
  readonly task: Task;
  readonly models: readonly JsonObject[];
}

/** `chosen` is a position among the candidates, or null when every one was rejected. */
export interface ChoiceArtifact {
  readonly type: 'choice';
  readonly chosen: number | null;
  readonly candidates: readonly JsonObject[];
}

/** The outcome of a check: one finding for each thing that it looked at, in the shape that its kind gives it. */
export interface CheckArtifact {
  readonly type: 'check';
  readonly passed: boolean;
  readonly findings: readonly JsonObject[];
}

/** What was measured, by name. The same step measured again may have other values. */
export interface MeasureArtifact {
  readonly type: 'measure';
  readonly values: JsonObject;
}
