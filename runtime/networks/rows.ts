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
  const { numbers: count } = inputs;
  const expanded = new Float32Array(picked.length * width);
  const tables = embeddingsOf(layout, inputs.categories.length);
  for (let at = 0; at < picked.length; at++) {
    const row = picked[at] as number;
    let column = at * width;
    for (let number = 0; number < count; number++) expanded[column++] = rows.numbers[row * count + number] as number;
    for (let category = 0; category < tables.length; category++) {
      const { size } = inputs.categories[category] as { size: number };
      const code = (rows.codes[category] as Int32Array)[row] as number;
      const from = tables[category]?.offset;
      if (from !== undefined) for (let j = 0; j < size; j++) expanded[column + j] = parameters[from + code * size + j] as number;
      // A one-hot category without missing values in training has no column for them.
      else if (code < size) expanded[column + code] = 1;
      column += size;
    }
  }
  return expanded;
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
    if (table !== undefined) {
      const view = viewOf(gradient, table);
      for (let at = 0; at < picked.length; at++) {
        const to = (codes[picked[at] as number] as number) * size;
        for (let j = 0; j < size; j++) (view[to + j] as number) += ofInputs[at * width + column + j] as number;
      }
    }
    column += size;
  });
}

function embeddingsOf(layout: Layout, categories: number): (Layout['parameters'][number] | undefined)[] {
  return Array.from({ length: categories }, (_, category) =>
    layout.parameters.find(({ owner }) => 'category' in owner && owner.category === category),
  );
}
