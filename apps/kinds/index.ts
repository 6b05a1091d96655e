// What authors of kinds import as `mlp-engine/kinds`: see docs/kinds.md.
export { boolean, byColumn, call, column, described, either, integer, list, none, number, quantity, range, record, secret, share, text, word } from '../../compiler/kinds/schema.ts';
export { StepError, type Checkpoints, type KeptBytes, type Progress, type RunContext, type RunInput, type RunResult } from '../../compiler/kinds/run.ts';
export type { InferContext, Inferred, InferInput, InputSpec, InputType, Kind, TableLookup, TextInput, ValueInput } from '../../compiler/kinds/kind.ts';
export type { ParamSchema, RecordSchema } from '../../compiler/kinds/schema.ts';
export type * from '../../compiler/plan/artifact.ts';
export type * from '../../compiler/types.ts';
