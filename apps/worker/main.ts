// The child process in which steps run, or questions about SQL are answered: native code that crashes takes nothing else with it.
// On a thread of such a process: a worker of a network's training.
import { isMainThread, workerData } from 'node:worker_threads';
import { WORKER_ARGUMENT } from '../../runtime/trainers/workers/messages.ts';
import type { ReplicaTask } from '../../runtime/networks/replicas/serve-replica.ts';

if (!isMainThread) {
  const [{ serveReplica }, { openNetworks }] = await Promise.all([import('../../runtime/networks/replicas/serve-replica.ts'), import('../../stdlib/models/network/open-networks.ts')]);
  await serveReplica(workerData as ReplicaTask, openNetworks);
} else if (process.argv[2] === WORKER_ARGUMENT) {
  const [{ serveWorker }, { watchParent }] = await Promise.all([import('../../runtime/trainers/workers/serve-worker.ts'), import('../../runtime/worker/watchdog.ts')]);
  watchParent();
  serveWorker(async (engine) => (engine === 'xgboost' ? (await import('../../runtime/engines/xgboost/share-training.ts')).shareXgboost : (await import('../../runtime/engines/lightgbm/share-training.ts')).shareLightgbm));
} else if (process.argv[2] === 'duckdb') {
  const { serveHelper } = await import('../../runtime/engines/duckdb/serve-helper.ts');
  serveHelper({
    exportFeatures: async ({ inputs, blobs, part, out }, limits) => {
      const { exportFeatures } = await import('../../stdlib/features/export-features.ts');
      await exportFeatures({ ...limits, inputs, blobPath: (digest) => Promise.resolve(blobs[digest] ?? '') }, { slot: 'x', part, out });
    },
  });
} else if (process.argv[2] === 'probe') {
  const { probeEngine } = await import('./probe-engine.ts');
  await probeEngine(process.argv[3] ?? '', process.argv[4] ?? '');
  process.exit(0);
} else {
  const [{ serveSteps }, { registry }] = await Promise.all([
    import('../../runtime/worker/serve-steps.ts'),
    import('../../stdlib/index.ts'),
  ]);
  serveSteps(registry);
  // Most steps need it: it loads while the first job is on its way. One that fails to load says so in a step that needs it.
  void import('../../runtime/engines/duckdb/duckdb.ts').catch(() => undefined);
}
