import { createServer } from 'node:net';
import type { SharingEngine } from '../../trainers/workers/messages.ts';
import { openLightgbm } from './library.ts';
import { trainLightgbm } from './train.ts';

/** The address on which workers of one machine meet. */
const HOST = '127.0.0.1';

/** Minutes after which a worker that waits for another gives up. */
const TIMEOUT = 60;

/**
 * Training that LightGBM's workers share, each with its own rows: histograms are joined over its network (`tree_learner: data`).
 * Source: LightGBM 4.7, "Distributed Learning Guide", and `lightgbm/dask.py`.
 */
export const shareLightgbm: SharingEngine = {
  place: async () => `${HOST}:${await freePort()}`,
  train: async ({ rank, workers, request }, places, hooks) => {
    const library = await openLightgbm(request.library);
    library.joinNetwork({ machines: places.join(','), port: Number(places[rank]?.split(':')[1]), minutes: TIMEOUT, workers });
    try {
      return await trainLightgbm({ ...request, ...hooks, parameters: { ...request.parameters, tree_learner: 'data', num_machines: workers, pre_partition: true } });
    } finally {
      library.leaveNetwork();
    }
  },
};

/** A port that nobody listens on: LightGBM opens it itself, and has to be told which. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
