/**
 * What it costs to start: `mlp --version` beside `node -e 0`, and an unchanged plan of `pipelines/flights.mlp`.
 *
 *     npm run bench -- start
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { measure, median } from './support/measure.ts';

const REPEATS = 15;
const MLP = join(process.cwd(), 'dist', 'mlp.js');
const PIPELINE = 'pipelines/flights.mlp';
const ROWS = ['--param', 'max_rows=50000'];

async function seconds(args: readonly string[]): Promise<number> {
  return (await measure(process.execPath, args)).seconds;
}

await measure(process.execPath, [MLP, 'apply', PIPELINE, '--quiet', ...ROWS]);
const times = { node: [] as number[], version: [] as number[], plan: [] as number[] };
for (let repeat = 0; repeat < REPEATS; repeat++) {
  times.node.push(await seconds(['-e', '0']));
  times.version.push(await seconds([MLP, '--version']));
  times.plan.push(await seconds([MLP, 'plan', PIPELINE, ...ROWS]));
}
const [node, version, plan] = [median(times.node), median(times.version), median(times.plan)];
console.log(`node -e 0        ${(node * 1000).toFixed(0).padStart(5)} ms`);
console.log(`mlp --version    ${(version * 1000).toFixed(0).padStart(5)} ms   ${(version / node).toFixed(2)} × node   (aim 2)`);
console.log(`mlp plan, cached ${(plan * 1000).toFixed(0).padStart(5)} ms   ${(plan / node).toFixed(2)} × node   (aim 300 ms)`);
const watched = spawnSync(process.execPath, ['--require', join(process.cwd(), 'bench/support/native-libraries.cjs'), MLP, 'plan', PIPELINE, ...ROWS], { encoding: 'utf8' });
console.log(`native libraries of a cached plan: ${/native: (.*)/.exec(watched.stderr)?.[1] ?? 'unknown'}   (aim none)`);
