import type { JsonObject } from '../../../compiler/json.ts';
import { layoutOf, parameterCount } from '../../../runtime/networks/parameters.ts';
import { placesOf, sizeOf } from '../../../runtime/networks/shapes.ts';
import { layerText } from './layer-text.ts';
import type { NetworkAbout } from './network-model.ts';

/** The layers of a network from its features to its answer: what each makes of a row, and how many numbers it learns. */
export function layerTable({ description, features }: Pick<NetworkAbout, 'description' | 'features'>): { readonly layers: readonly JsonObject[]; readonly parameters: number } {
  const { inputs } = description;
  const rows: JsonObject[] = [];
  if (inputs.array !== undefined) rows.push({ layer: inputs.masked === undefined ? 'array' : 'array, masked', columns: sizeOf(inputs.array), shape: inputs.array, parameters: 0 });
  if (inputs.numbers > 0) rows.push({ layer: 'numbers', columns: inputs.numbers, parameters: 0 });
  const names = features.flatMap(({ kind, feature }) => (kind === 'category' ? [feature] : []));
  inputs.categories.forEach(({ kind, levels, size }, index) => {
    rows.push({ layer: `${kind} of ${names[index] ?? ''}`, columns: size, parameters: kind === 'embedding' ? levels * size : 0 });
  });
  for (const { layer, sees, gives } of placesOf(description)) {
    rows.push({ layer: layerText(layer), columns: sizeOf(gives), ...(gives.length > 1 ? { shape: gives } : {}), parameters: parameterCount(layer, sees) });
  }
  return { layers: rows, parameters: layoutOf(description).size };
}
