import type { JsonObject } from '../../../compiler/json.ts';
import type { RunContext, RunResult } from '../../../compiler/kinds/run.ts';
import type { NetworkDescription } from '../../../runtime/networks/description.ts';
import type { OpenNetwork } from '../../../runtime/networks/engine.ts';
import { encodeNetworkBlob } from '../../../runtime/networks/network-blob.ts';
import { openParallelNetwork } from '../../../runtime/networks/replicas/parallel-network.ts';
import { startReplica } from '../../../runtime/networks/replicas/serve-replica.ts';
import type { SharedSlice } from '../../../runtime/networks/replicas/shared-slice.ts';
import { loadFeatures, unseenWarnings } from '../../features/load-features.ts';
import { weightRows } from '../row-weights.ts';
import { modelResult, SCORED_PARTS } from '../scored-model.ts';
import type { NetworkFit } from './fit-network.ts';
import { layerTable } from './layer-table.ts';
import { settingsOf, type NetworkSettings } from './network-params.ts';
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
    open: trainingEngine(context, open, settings),
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

/** The engine that trains: with several workers, threads of this process, which run its program as it does. */
function trainingEngine({ engines }: RunContext, open: OpenNetwork, { workers, batch }: NetworkSettings): OpenNetwork {
  if (workers === 1) return open;
  const start = (slice: SharedSlice, description: NetworkDescription): void => startReplica({ slice, description, engines }, process.argv[1] ?? '');
  return (description) => openParallelNetwork({ open, description, workers, batch, start });
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
