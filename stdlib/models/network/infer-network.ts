import { didYouMean } from '../../../grammar/index.ts';
import { engineOf } from '../../../compiler/kinds/engine-of.ts';
import type { InferContext, Inferred } from '../../../compiler/kinds/kind.ts';
import { hasClasses } from '../../../compiler/types.ts';
import { checkWeights, weightReads } from '../row-weights.ts';
import { featuresOf, inferModel } from '../scored-model.ts';
import { checkLayers, knownInputs } from './check-layers.ts';
import { completeParams, followedMetrics, settingsOf, type NetworkSettings } from './network-params.ts';
import { networkSize } from './network-size.ts';
import { NETWORK_ENGINES } from './open-networks.ts';

/** The type of a network: its layers fit what they see, and its parameters the task. */
export function inferNetwork(context: InferContext): Inferred | undefined {
  const { split: { task }, features } = featuresOf(context);
  const params = completeParams(context.params, task);
  const settings = settingsOf(params);
  const sound = [checkLayers(context, settings), checkEmbeddings(context, settings.embed), checkWeights(context), checkAugment(context, settings), checkLoss(context), checkDevice(context), checkFollowed(context, settings.stopping?.on)];
  if (sound.includes(false)) return undefined;
  return { ...inferModel(context, 'low', settings.stopping !== undefined || settings.rate.kind === 'on_plateau'), params, ...weightReads(context), ...engineGuarantee(context), learns: networkSize(knownInputs(features), settings, task) };
}

/**
 * On WASM and in JavaScript the bytes are the same on one platform. TensorFlow takes instructions and sizes of blocks by
 * the processor, which is in the key: on it, they are the same. Its form for Node, on a GPU above all, gives no such promise.
 */
function engineGuarantee({ engines, machine }: InferContext): Pick<Inferred, 'guarantee' | 'identity'> {
  const engine = engineOf({ engine: NETWORK_ENGINES }, engines);
  if (engine?.name === 'tensorflow') return { identity: { processor: machine.processor } };
  const isNative = / node(?:-gpu)?$/.test(engine?.version ?? '');
  return isNative ? { guarantee: 'statistical', identity: { platform: machine.platform } } : {};
}

function checkEmbeddings(context: InferContext, embed: Readonly<Record<string, number>>): boolean {
  const { features } = featuresOf(context);
  const known = features.filter(({ kind }) => kind === 'category').map(({ name }) => name);
  const wrong = Object.keys(embed).filter((name) => !known.includes(name));
  for (const name of wrong) {
    const isNumber = features.some((feature) => feature.name === name);
    const at = context.spanOf(['embed', name], 'key');
    if (isNumber) context.report('embedded-number', at, { name });
    else context.report('not-among-features', at, { name, known, suggestion: didYouMean(name, known) });
  }
  return wrong.length === 0;
}

/** The one backend that computes on a GPU. */
const GPU_BACKEND = / node-gpu$/;

function checkDevice(context: InferContext): boolean {
  const device = context.params['device'] as string | undefined;
  const engine = engineOf({ engine: NETWORK_ENGINES }, context.engines);
  if (device === undefined || device === 'auto' || engine === undefined || GPU_BACKEND.test(engine.version) === (device === 'gpu')) return true;
  context.report('other-device', context.spanOf(['device']), { device, engine: `${engine.name} ${engine.version}`, platform: lockPlatform(context) });
  return false;
}

/** As mlp.lock names it: without what computes on it. */
function lockPlatform({ machine: { platform } }: InferContext): string {
  return platform.split(' ')[0] ?? platform;
}

function checkAugment(context: InferContext, { augment: [first] }: NetworkSettings): boolean {
  const { features } = featuresOf(context);
  if (first === undefined || features.some(({ shape }) => shape?.length === 3)) return true;
  context.report('augment-without-images', context.spanOf(['augment']), { augment: first.kind });
  return false;
}

function checkLoss(context: InferContext): boolean {
  const { task, target } = featuresOf(context).split;
  if (!hasClasses(task)) {
    if (context.params['label_smoothing'] === undefined) return true;
    context.report('smoothing-of-numbers', context.spanOf(['label_smoothing']), { target: target.name });
    return false;
  }
  const loss = context.params['loss'] as string | undefined;
  if (loss === undefined) return true;
  context.report('loss-of-classes', context.spanOf(['loss']), { loss, target: target.name, task });
  return false;
}

function checkFollowed(context: InferContext, metric: string | undefined): boolean {
  const { task } = featuresOf(context).split;
  const known = followedMetrics(task);
  if (metric === undefined || known.includes(metric)) return true;
  context.report('metric-unfit', context.spanOf(['early_stopping', 'on']), { metric, task, known, suggestion: undefined });
  return false;
}
