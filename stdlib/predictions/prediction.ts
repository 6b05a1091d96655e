import type { JsonObject } from '../../compiler/json.ts';
import type { PlanQuery } from '../../compiler/plan/plan.ts';

/** What the step `predict` is asked, as its parameters. What it works with arrives in its inputs. */
export interface PredictParams {
  /** An absolute path; its extension says the format. */
  readonly input: string;
  /** An absolute path for a file to be made; its extension says the format. */
  readonly out: string;
  /** The column to be predicted, which the rows need not have. */
  readonly target: string;
  /** The columns that the features are made from, of the table `given` or the query over it. */
  readonly features: readonly string[];
  /**
   * What the rows are in the shape of: its declared name, and which of its columns have a part in the features. Where SQL
   * makes it, the source whose rows could be given instead.
   */
  readonly given: { readonly name: string; readonly columns: readonly string[]; readonly madeFrom?: string };
  /** Where rows are in the shape of a source's files, that source, and the queries over it, the first one first. */
  readonly from?: { readonly kind: string; readonly params: JsonObject; readonly queries: readonly PlanQuery[] };
}

/** What was predicted, beside the file: the step's statistics. */
export interface PredictStatistics {
  /** Rows of the input, each of which has a row in the output. */
  readonly rows: number;
  /** Of these, rows that have a prediction. */
  readonly predicted: number;
  /** Rows that are not as their source declares, and have no prediction for it. */
  readonly invalidRows: number;
  /** Columns of the input that nothing reads, and that what it is in the shape of does not have. */
  readonly unknown: readonly string[];
  /** Values by column: missing ones, those that no training row has, and infinite ones, which are taken as missing. */
  readonly missing: Readonly<Record<string, number>>;
  readonly unseen: Readonly<Record<string, number>>;
  readonly infinite: Readonly<Record<string, number>>;
  /** Rows by column in which it is not as declared: of another type, or null or out of bounds in a source. */
  readonly invalid: Readonly<Record<string, number>>;
}

/** How many rows break a check, with the reason that one of them has. */
export interface FailedCheck {
  readonly column: string;
  readonly rows: number;
  readonly reason: string;
}
