import { readUbjson } from '../data/read-ubjson.ts';
import type { NetworkDescription } from '../networks/description.ts';
import { decodeNetworkBlob, type KeptNetwork } from '../networks/network-blob.ts';
import { layoutOf, type ParameterSpec } from '../networks/parameters.ts';
import { firstJsonDifference, type JsonDifference } from './json-difference.ts';
import { readLightgbmText } from './read-lightgbm-text.ts';

/**
 * Where two models differ first, in the terms of their format: `tree 3, node 5: threshold`, `layer 1 (dense): kernel[3, 17]`
 * (all numbers from 0), a path in JSON, and of what cannot be read the byte. What a model is shows in its content: engines
 * have formats, and several kinds train with one engine.
 */
export function compareModels(before: Uint8Array, after: Uint8Array): JsonDifference {
  const [network, other] = [before, after].map((bytes) => decodeNetworkBlob<Network['about']>(bytes));
  const found = network === undefined || other === undefined ? readDifference(before, after) : networkDifference(network, other);
  return found ?? byteDifference(before, after);
}

type Network = KeptNetwork<{ readonly description: NetworkDescription }>;

function networkDifference(before: Network, after: Network): JsonDifference | undefined {
  const about = firstJsonDifference(before.about, after.about);
  if (about !== undefined) return about;
  const layout = layoutOf(before.about.description);
  const parameter = firstNumber(before.parameters, after.parameters);
  if (parameter >= 0) {
    const spec = layout.parameters.find(({ offset, length }) => parameter < offset + length);
    return { path: spec === undefined ? `parameter ${parameter}` : `${ownerName(before, spec)}: ${spec.role}[${indexIn(spec, parameter - spec.offset)}]`, ...valuesAt(before.parameters, after.parameters, parameter) };
  }
  const statistic = firstNumber(before.statistics, after.statistics);
  if (statistic < 0) return undefined;
  const spec = layout.statistics.find(({ offset, width }) => statistic < offset + 2 * width);
  const at = statistic - (spec?.offset ?? 0);
  const place = spec === undefined ? `statistic ${statistic}` : `${layerName(before, spec.layer)}: ${at < spec.width ? 'mean' : 'variance'}[${at % spec.width}]`;
  return { path: place, ...valuesAt(before.statistics, after.statistics, statistic) };
}

function firstNumber(before: Float32Array, after: Float32Array): number {
  for (let at = 0; at < Math.max(before.length, after.length); at++) if (!Object.is(before[at], after[at])) return at;
  return -1;
}

function valuesAt(before: Float32Array, after: Float32Array, at: number): Omit<JsonDifference, 'path'> {
  const [was, is] = [before[at], after[at]].map((value) => (value === undefined ? null : Object.is(value, -0) ? '-0' : String(value)));
  return { before: was ?? null, after: is ?? null };
}

function ownerName(network: Network, { owner }: ParameterSpec): string {
  return 'layer' in owner ? layerName(network, owner.layer) : `category ${owner.category}`;
}

/** The last layer is implied. */
function layerName({ about }: Network, layer: number): string {
  return `layer ${layer} (${about.description.layers[layer]?.kind ?? 'output'})`;
}

/** One number an axis; what is one for each column has a first axis of one, which says nothing. */
function indexIn({ shape }: ParameterSpec, place: number): string {
  const index: number[] = [];
  let rest = place;
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return (shape.length === 2 && shape[0] === 1 ? index.slice(1) : index).join(', ');
}

function readDifference(before: Uint8Array, after: Uint8Array): JsonDifference | undefined {
  const [was, is] = [readModel(before), readModel(after)];
  const found = was === undefined || is === undefined ? undefined : firstJsonDifference(was, is);
  return found === undefined ? undefined : { ...found, path: treePlace(found.path) };
}

/** A model as JSON, where its format can be read as such. */
function readModel(bytes: Uint8Array): unknown {
  return readLightgbmText(bytes) ?? attempt(() => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))) ?? attempt(() => readUbjson(bytes));
}

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Trees, nodes and leaves by their numbers: the arrays that hold them mean little to people. */
function treePlace(path: string): string {
  const [, tree, field, at, rest = ''] = /(?:^|\.|_)trees\[(\d+)\]\.(\w+)\[(\d+)\](?:\.(\w+))?$/.exec(path) ?? [];
  if (tree === undefined || field === undefined) return path;
  // LightGBM and CatBoost keep leaves apart from what stands above them.
  const [, leafField] = /^leaf_(\w+?)s?$/.exec(field) ?? [];
  if (leafField !== undefined) return `tree ${tree}, leaf ${at}: ${leafField}`;
  return field === 'splits' ? `tree ${tree}, split ${at}${rest === '' ? '' : `: ${rest}`}` : `tree ${tree}, node ${at}: ${field}`;
}

function byteDifference(before: Uint8Array, after: Uint8Array): JsonDifference {
  const at = before.findIndex((byte, index) => byte !== after[index]);
  const first = at < 0 ? before.length : at;
  const [was, is] = [before[first], after[first]].map((byte) => (byte === undefined ? null : `0x${byte.toString(16).padStart(2, '0')}`));
  return { path: `byte ${first} of the model`, before: was ?? null, after: is ?? null };
}
