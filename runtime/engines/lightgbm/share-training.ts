import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { StepError } from '../../../compiler/kinds/run.ts';
import { PassingError, type SharingEngine } from '../../trainers/workers/messages.ts';
import { openLightgbm, type LightgbmLibrary } from './library.ts';
import { trainLightgbm } from './train.ts';

/** The address on which workers of one machine meet. */
const HOST = '127.0.0.1';

/** Minutes after which a worker that waits for another gives up. */
const TIMEOUT = 60;

/**
 * Training that LightGBM's workers share, each with its own rows: histograms are joined over its network (`tree_learner: data`).
 * The first worker finds a port for each. Source: LightGBM 4.7, "Distributed Learning Guide", and `lightgbm/dask.py`.
 */
export const shareLightgbm: SharingEngine = {
  place: async ({ rank, workers }) => (rank === 0 ? (await freePorts(workers)).map((port) => `${HOST}:${port}`).join(',') : ''),
  train: async ({ rank, workers, request }, [machines = ''], hooks) => {
    const library = await openLightgbm(request.library);
    join(library, { machines, port: Number(machines.split(',')[rank]?.split(':')[1]), minutes: TIMEOUT, workers });
    try {
      return await trainLightgbm({ ...request, ...hooks, parameters: { ...request.parameters, tree_learner: 'data', num_machines: workers, pre_partition: true } });
    } finally {
      library.leaveNetwork();
    }
  },
};

/** Different ports that nobody listens on: LightGBM opens them itself, and has to be told which. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, HOST));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

function join(library: LightgbmLibrary, network: Parameters<LightgbmLibrary['joinNetwork']>[0]): void {
  try {
    library.joinNetwork(network);
  } catch (error) {
    // Somebody may have taken the port meanwhile.
    throw error instanceof StepError && /Binding port/.test(error.message) ? new PassingError(error.message) : error;
  }
}
