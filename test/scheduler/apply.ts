import { runPlan } from '../../runtime/scheduler/run-plan.ts';
import { openStore } from '../../runtime/store/store.ts';
import { planOf, resolveKey, slowSteps } from './plans.ts';

const [root = '', cache = '', workerScript = ''] = process.argv.slice(2);
await runPlan({
  plan: planOf(slowSteps),
  store: await openStore(root, { access: 'write' }),
  cache,
  workerScript,
  jobs: 2,
  threads: 2,
  memory: 2 ** 30,
  resolveKey,
  cost: () => 0.1,
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});
