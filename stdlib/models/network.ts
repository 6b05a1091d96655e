import { didYouMean } from '../../grammar/index.ts';
import type { JsonObject } from '../../compiler/json.ts';
import { engineOf } from '../../compiler/kinds/engine-of.ts';
import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { encodeNetworkBlob } from '../../runtime/networks/network-blob.ts';
import { exampleOnPenguins } from '../example.ts';
import { loadFeatures, unseenWarnings } from '../features/load-features.ts';
import { checkLayers } from './network/check-layers.ts';
import type { NetworkFit } from './network/fit-network.ts';
import { layerTable } from './network/layer-table.ts';
import { completeParams, followedMetrics, networkParams, settingsOf } from './network/network-params.ts';
import { NETWORK_ENGINES, openNetworks } from './network/open-networks.ts';
import { networkPredictor } from './network/predict-network.ts';
import { checkWeights, weightReads, weightRows } from './row-weights.ts';
import { featuresOf, inferModel, modelResult, SCORED_PARTS } from './scored-model.ts';

/** Neural networks: dense, convolutional and recurrent. */
export const network: Kind = {
  name: 'network',
  keyword: 'model',
  version: 1,
  doc: 'A neural network, for two classes, several, or a number: dense layers over columns, convolutions and pools over images, recurrent layers over sequences (an `array` of `prepare`), which numbers and categories join where the array has become flat. Missing numbers become the median with an indicator beside them and numbers are standardised, all of it in the model itself; one-hot categories are columns, native ones are learned embeddings; the target of a regression is standardised too. It runs on TensorFlow where `mlp.lock` pins that for the platform, and else on TensorFlow.js, on the backend that the lock pins. Initial weights, the order of rows and dropout follow from the seed. Exported, it is a folder that `tf.loadLayersModel` opens, with `preprocessing.json`, which says how the columns of `mlp export … x.test` become its inputs.',
  example: exampleOnPenguins(`model net = network(x) {
  layers: [dense(32, relu), batch_norm, dropout(0.2), dense(16, relu)]
  optimizer: adamw(rate: cosine(3e-3, warm_up: 2), weight_decay: 0.01)
  epochs: 60
  batch: 32
  early_stopping { patience: 10 }
}`),
  inputs: [{ name: 'x', accepts: ['features'], doc: 'Features and their target.' }],
  params: networkParams,
  engine: NETWORK_ENGINES,
  arithmetic: true,
  seeded: true,
  guarantee: 'platform',
  sequential: true,
  infer: inferNetwork,
  run: runNetwork,
};

function inferNetwork(context: InferContext): Inferred | undefined {
  const { task } = featuresOf(context).split;
  const params = completeParams(context.params, task);
  const settings = settingsOf(params);
  const sound = [checkLayers(context, settings), checkEmbeddings(context, settings.embed), checkWeights(context), checkLoss(context), checkFollowed(context, settings.stopping?.on)];
  if (sound.includes(false)) return undefined;
  return { ...inferModel(context, 'low', settings.stopping !== undefined || settings.rate.kind === 'on_plateau'), params, ...weightReads(context), ...engineGuarantee(context) };
}

/**
 * On WASM and in JavaScript the bytes are the same on one platform. TensorFlow takes instructions and sizes of blocks by
 * the processor, which is in the key: on it, they are the same. Its form for Node, on a GPU above all, gives no such promise.
 */
function engineGuarantee({ engines, machine }: InferContext): Pick<Inferred, 'guarantee' | 'identity'> {
  const engine = engineOf(network, engines);
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

function checkLoss(context: InferContext): boolean {
  const { task, target } = featuresOf(context).split;
  if (task === 'regression') {
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

async function runNetwork(context: RunContext): Promise<RunResult> {
  const { fitNetwork } = await import('./network/fit-network.ts');
  context.progress({ phase: 'reading' });
  const parts = await loadFeatures(context, 'x', { parts: ['train', ...SCORED_PARTS] });
  const train = await weightRows(context, parts.train, parts.rowsIndex.train);
  const open = await openNetworks(context.engines);
  const settings = settingsOf(context.step.params);
  const begun = performance.now();
  context.progress({ phase: 'training' });
  const fit = await fitNetwork({
    open,
    train,
    validate: parts.validate,
    settings,
    seed: context.seed ?? '0',
    checkpoint: context.checkpoint,
    onEpoch: ({ epoch, metrics }) => context.progress({ phase: 'training', round: epoch, rounds: settings.epochs, metrics }),
  });
  const seconds = (performance.now() - begun) / 1000;
  const predict = networkPredictor(open, fit.model);
  return modelResult(context, parts, {
    bytes: encodeNetworkBlob(fit.model),
    summary: summaryOf(context, fit),
    warnings: [...fit.warnings, ...SCORED_PARTS.flatMap((part) => unseenWarnings(part, parts[part]))],
    statistics: { trainingSeconds: seconds },
    predict: (part) => predict(parts[part].matrix),
  });
}

function summaryOf({ step }: RunContext, { model, epochs, bestEpoch, curve }: NetworkFit): JsonObject {
  const { layers, parameters } = layerTable(model.about);
  return {
    engine: step.engine === undefined ? '' : `${step.engine.name === 'tensorflow' ? 'TensorFlow' : 'TensorFlow.js'} ${step.engine.version}`,
    rounds: epochs,
    bestRound: bestEpoch,
    parameters,
    layers,
    curve,
  };
}
