import type { JsonObject } from '../../../compiler/json.ts';

/** A layer as Keras and TensorFlow.js write it, the names of those before it, and its arrays by their own names there. */
export interface ExportedLayer {
  readonly name: string;
  readonly type: string;
  readonly config: JsonObject;
  readonly after: readonly string[];
  readonly arrays: readonly ExportedArray[];
}

/** One of a layer's arrays. */
export interface ExportedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
