import type { JsonObject } from '../../../compiler/json.ts';
import { allLayers, inputWidth, widthAfter } from '../../../runtime/networks/description.ts';
import { layoutOf, parameterCount } from '../../../runtime/networks/parameters.ts';
import { layerText } from './check-layers.ts';
import type { NetworkAbout } from './network-model.ts';

/** The layers of a network from its features to its answer: what each makes of a row, and how many numbers it learns. */
export function layerTable({ description, features }: Pick<NetworkAbout, 'description' | 'features'>): { readonly layers: readonly JsonObject[]; readonly parameters: number } {
  const { inputs } = description;
  const rows: JsonObject[] = [];
  if (inputs.numbers > 0) rows.push({ layer: 'numbers', columns: inputs.numbers, parameters: 0 });
  const names = features.flatMap(({ kind, feature }) => (kind === 'category' ? [feature] : []));
  inputs.categories.forEach(({ kind, levels, size }, index) => {
    rows.push({ layer: `${kind} of ${names[index] ?? ''}`, columns: size, parameters: kind === 'embedding' ? levels * size : 0 });
  });
  let width = inputWidth(inputs);
  for (const layer of allLayers(description)) {
    const parameters = parameterCount(layer, width);
    width = widthAfter(layer, width);
    rows.push({ layer: layerText(layer), columns: width, parameters });
  }
  return { layers: rows, parameters: layoutOf(description).size };
}
