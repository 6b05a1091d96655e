import type { JsonObject } from '../../../compiler/json.ts';
import type { RunContext, RunResult } from '../../../compiler/kinds/run.ts';
import { encodeNetworkBlob } from '../../../runtime/networks/network-blob.ts';
import { loadFeatures, unseenWarnings } from '../../features/load-features.ts';
import { weightRows } from '../row-weights.ts';
import { modelResult, SCORED_PARTS } from '../scored-model.ts';
import type { NetworkFit } from './fit-network.ts';
import { layerTable } from './layer-table.ts';

import { settingsOf } from './network-params.ts';
import { openNetworks } from './open-networks.ts';
import { networkPredictor } from './predict-network.ts';

/** Trains a network, and scores it. */
export async function runNetwork(context: RunContext): Promise<RunResult> {
  const { fitNetwork } = await import('./fit-network.ts');
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
  const { predict, close } = networkPredictor(open, fit.model);
  try {
    return await modelResult(context, parts, {
      bytes: encodeNetworkBlob(fit.model),
      summary: summaryOf(context, fit),
      warnings: [...fit.warnings, ...SCORED_PARTS.flatMap((part) => unseenWarnings(part, parts[part]))],
      statistics: { trainingSeconds: seconds },
      predict: (part) => predict(parts[part].matrix),
    });
  } finally {
    close();
  }
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
