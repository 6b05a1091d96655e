import { openPool } from '../../runtime/scheduler/pool.ts';
import type { Job } from '../../runtime/worker/job.ts';

const [workerScript = '', folder = ''] = process.argv.slice(2);
const job = {
  step: { name: 'a', kind: 'block', params: {}, identity: {}, outputs: [] },
  key: 'key',
  inputs: [],
  store: folder,
  staging: folder,
  cache: folder,
  threads: 1,
  memory: 1,
  engines: {},
} as unknown as Job;

await openPool(workerScript).run(job, (progress) => process.stdout.write(`${progress.phase}\n`));
