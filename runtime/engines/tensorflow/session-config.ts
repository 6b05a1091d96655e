/** The executor that runs a graph's operations one after the other, without queues: three times as fast on small layers. */
const EXECUTOR = 'SINGLE_THREADED_EXECUTOR';

/**
 * How sessions run, a `ConfigProto` of TensorFlow's as its fields are numbered there. One thread within operations and
 * one between them, of the session's own: with more, sums of convolutions depend on how many there are. Graphs are not
 * rewritten: ours are small, and it takes longer than it saves.
 */
export const SESSION_CONFIG: Uint8Array = Uint8Array.from([
  ...field(2, 0, 1), // intra_op_parallelism_threads
  ...field(5, 0, 1), // inter_op_parallelism_threads
  ...field(9, 0, 1), // use_per_session_threads
  ...message(10, message(10, field(19, 0, 1))), // graph_options.rewrite_options.disable_meta_optimizer
  ...message(16, message(3, [...Buffer.from(EXECUTOR)])), // experimental.executor_type
]);

/** A field with a number: its key is its number and, in three bits, the type of what follows; both in groups of seven bits. */
function field(number: number, type: number, value: number): number[] {
  return [...varint(number * 8 + type), ...varint(value)];
}

/** A field with bytes: a message, or a text. */
function message(number: number, content: readonly number[]): number[] {
  return [...field(number, 2, content.length), ...content];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
