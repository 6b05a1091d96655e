import { expect, it } from 'vitest';
import { openTfjsNetwork } from '../../runtime/engines/tfjs/network.ts';
import { initialParameters, initialStatistics } from '../../runtime/networks/initialise.ts';
import { layoutOf } from '../../runtime/networks/parameters.ts';
import { scenarios, SEED } from './oracle/scenarios.ts';
import { testTfjs } from './tfjs.ts';

it.each(scenarios)('TensorFlow.js leaves no tensor behind: $name', async ({ description, numbers, truth, rows }) => {
  const tf = await testTfjs();
  const layout = layoutOf(description);
  const [parameters, statistics] = [initialParameters(layout, SEED), initialStatistics(layout)];
  const engine = openTfjsNetwork(tf, description);
  engine.differentiate({ parameters, rows, inputs: Float32Array.from(numbers), masks: [], truth });
  engine.forward({ parameters, statistics, rows, inputs: Float32Array.from(numbers) });
  expect(tf.memory().numTensors).toBe(0);
});
