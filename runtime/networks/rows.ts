import { inputWidth, type NetworkDescription } from './description.ts';
import { viewOf, type Layout } from './parameters.ts';
import { sizeOf } from './shapes.ts';

/** Rows as a network takes them, categories as codes: they are expanded batch by batch. */
export interface NetworkRows {
  readonly rows: number;
  /** Shape (rows, numbers), standardised. */
  readonly numbers: Float32Array;
  /** For each category, shape (rows); a missing or unknown value has the last level's code. */
  readonly codes: readonly Int32Array[];
  /** Shape (rows, …), of a network whose inputs have an array. */
  readonly array?: Float32Array;
  /** Shape (rows, steps), of a network whose inputs are masked: 1 for a step that counts, 0 for another. */
  readonly present?: Float32Array;
}

/** A network with its parameters, and some of the rows that it sees. */
export interface InputRequest {
  readonly description: NetworkDescription;
  readonly layout: Layout;
  readonly parameters: Float32Array;
  readonly rows: NetworkRows;
  /** Rows by their places. */
  readonly picked: Uint32Array;
}

/** Numbers and categories of the picked rows, shape (picked, inputs): numbers, then one-hot columns or embeddings. */
export function expandInputs({ description: { inputs }, layout, parameters, rows, picked }: InputRequest): Float32Array {
  const width = inputWidth(inputs);
  const expanded = new Float32Array(picked.length * width);
  copyRows(rows.numbers, picked, { size: inputs.numbers, into: expanded, width, column: 0 });
  const tables = embeddingsOf(layout, inputs.categories.length);
  let column = inputs.numbers;
  inputs.categories.forEach(({ size }, category) => {
    const table = tables[category];
    const own = pickCodes(rows.codes[category] as Int32Array, picked);
    if (table === undefined) markColumns(own, { size, into: expanded, width, column });
    else copyRows(viewOf(parameters, table), own, { size, into: expanded, width, column });
    column += size;
  });
  return expanded;
}

/** Where columns go in an array of shape (rows, width). */
interface Columns {
  readonly size: number;
  readonly into: Float32Array;
  readonly width: number;
  readonly column: number;
}

/** Copies rows of `size` numbers, by their places, one after the other. */
function copyRows(from: Float32Array, places: Uint32Array, { size, into, width, column }: Columns): void {
  for (let at = 0; at < places.length; at++) {
    let source = (places[at] as number) * size;
    const start = at * width + column;
    for (let to = start; to < start + size; to++) into[to] = from[source++] as number;
  }
}

/** A one-hot category without missing values in training has no column for them. */
function markColumns(codes: Uint32Array, { size, into, width, column }: Columns): void {
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] as number;
    if (code < size) into[at * width + column + code] = 1;
  }
}

function pickCodes(codes: Int32Array, picked: Uint32Array): Uint32Array {
  const own = new Uint32Array(picked.length);
  for (let at = 0; at < picked.length; at++) own[at] = codes[picked[at] as number] as number;
  return own;
}

/** The arrays of the picked rows, one after the other, and which of their steps count. */
export function pickArrays({ description: { inputs }, rows: { array, present }, picked }: Pick<InputRequest, 'description' | 'rows' | 'picked'>): Pick<NetworkRows, 'array' | 'present'> {
  if (inputs.array === undefined || array === undefined) return {};
  return { array: pickSome(array, sizeOf(inputs.array), picked), ...(present === undefined ? {} : { present: pickSome(present, inputs.array[0] as number, picked) }) };
}

/** Of values of which each row has `size`, those of the picked rows. */
function pickSome(values: Float32Array, size: number, picked: Uint32Array): Float32Array {
  const some = new Float32Array(picked.length * size);
  picked.forEach((row, at) => some.set(values.subarray(row * size, (row + 1) * size), at * size));
  return some;
}

/** Adds the gradient by the inputs of the picked rows to that of the embeddings which they came from. */
export function addEmbeddingGradient({ description: { inputs }, layout, rows, picked }: Omit<InputRequest, 'parameters'>, ofInputs: Float32Array, gradient: Float32Array): void {
  const width = inputWidth(inputs);
  let column = inputs.numbers;
  embeddingsOf(layout, inputs.categories.length).forEach((table, category) => {
    const { size } = inputs.categories[category] as { size: number };
    const codes = rows.codes[category] as Int32Array;
    if (table !== undefined) addRows(ofInputs, pickCodes(codes, picked), { size, into: viewOf(gradient, table), width, column });
    column += size;
  });
}

/** Adds columns of each row to the row of `into` whose place is given. */
function addRows(from: Float32Array, places: Uint32Array, { size, into, width, column }: Columns): void {
  for (let at = 0; at < places.length; at++) {
    let target = (places[at] as number) * size;
    const start = at * width + column;
    for (let source = start; source < start + size; source++) (into[target++] as number) += from[source] as number;
  }
}

function embeddingsOf(layout: Layout, categories: number): (Layout['parameters'][number] | undefined)[] {
  return Array.from({ length: categories }, (_, category) =>
    layout.parameters.find(({ owner }) => 'category' in owner && owner.category === category),
  );
}
