import type { SharingEngine, WorkerTask } from '../../trainers/workers/messages.ts';
import { loadXgboost } from './native.ts';
import { trainXgboost } from './train.ts';

/** `_SortBy.TASK` of `xgboost/tracker.py`: workers are ranked by the names of their tasks. */
const SORT_BY_TASK = 1;

/** The address on which workers of one machine meet. */
const HOST = '127.0.0.1';

/** Seconds after which a worker that waits for another gives up. */
const TIMEOUT = 3600;

/**
 * Training that XGBoost's workers share: they meet at a tracker, which the first of them has, and a communicator joins
 * histograms, quantiles and metrics. Source: XGBoost 3.4, `xgboost/collective.py` and `xgboost/tracker.py`.
 */
export const shareXgboost: SharingEngine = {
  place: async ({ rank, workers, request }) => (rank === 0 ? startTracker(request.library, workers) : ''),
  train: async (task, [tracker = '{}'], hooks) => {
    const native = await loadXgboost(task.request.library);
    native.call('XGBSetGlobalConfig', '{"verbosity":0}');
    // It waits for all workers.
    native.call('XGCommunicatorInit', JSON.stringify({ dmlc_communicator: 'rabit', dmlc_task_id: taskId(task), ...(JSON.parse(tracker) as object) }));
    try {
      return await trainXgboost({ ...task.request, ...hooks, mergeRows: false, isShared: true });
    } finally {
      native.call('XGCommunicatorFinalize');
    }
  },
};

/** Names are put into order as texts. */
function taskId({ rank }: WorkerTask): string {
  return String(rank).padStart(4, '0');
}

/** Starts a tracker in this process, which lives as long as it. Returns how to find it. */
async function startTracker(library: string, workers: number): Promise<string> {
  const native = await loadXgboost(library);
  native.call('XGBSetGlobalConfig', '{"verbosity":0}');
  const tracker = native.create('XGTrackerCreate', JSON.stringify({ dmlc_communicator: 'rabit', host: HOST, n_workers: workers, port: 0, sortby: SORT_BY_TASK, timeout: TIMEOUT }));
  native.call('XGTrackerRun', tracker, '{}');
  const found = native.out();
  native.call('XGTrackerWorkerArgs', tracker, found);
  return found[0] as string;
}
