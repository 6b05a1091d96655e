import { runPlan } from '../../runtime/scheduler/run-plan.ts';
import { openWorkshop } from '../../runtime/scheduler/workshop.ts';
import { openStore } from '../../runtime/store/store.ts';
import { planOf, resolveKey, stepsByName } from './plans.ts';

const [root = '', cache = '', workerScript = '', steps = 'slowSteps'] = process.argv.slice(2);
const workshop = openWorkshop(workerScript);
await runPlan({
  plan: planOf(stepsByName[steps] ?? {}),
  store: await openStore(root, { access: 'write' }),
  project: cache,
  cache,
  workshop,
  jobs: 2,
  threads: 2,
  memory: 2 ** 30,
  resolveKey,
  cost: () => 0.1,
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});
await workshop.pool.kill();
