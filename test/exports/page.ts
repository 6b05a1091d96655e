/**
 * The page that `browser.test.ts` shows to Chromium: it opens an exported network by its address, makes the inputs from
 * exported features as `preprocessing.json` says, and posts what TensorFlow.js answers.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadLayersModel } from '@tensorflow/tfjs-layers';

interface NumberInput {
  readonly feature: string;
  readonly isMissing?: true;
  readonly fill?: number;
  readonly mean: number;
  readonly deviation: number;
}

interface CategoryInput {
  readonly feature: string;
  readonly encoding: 'code' | 'one_hot';
  readonly levels: readonly string[];
  readonly missingOrUnknown?: number;
}

interface Preprocessing {
  readonly numbers: readonly NumberInput[];
  readonly categories: readonly CategoryInput[];
}

type Row = Readonly<Record<string, string | number | null>>;

function numberOf(row: Row, { feature, isMissing, fill, mean, deviation }: NumberInput): number {
  const value = row[feature] as number | null;
  return ((isMissing === true ? Number(value === null) : (value ?? fill ?? NaN)) - mean) / deviation;
}

function categoryInput(rows: readonly Row[], { feature, encoding, levels, missingOrUnknown }: CategoryInput): tf.Tensor {
  const codes = rows.map((row) => {
    const code = levels.indexOf(row[feature] as string);
    return code < 0 ? (missingOrUnknown ?? -1) : code;
  });
  if (encoding === 'code') return tf.tensor2d(codes, [rows.length, 1], 'int32');
  const width = levels.length + (missingOrUnknown === undefined ? 0 : 1);
  return tf.tensor2d(codes.flatMap((code) => Array.from({ length: width }, (_, level) => Number(level === code))), [rows.length, width]);
}

async function answer(model: string): Promise<number[]> {
  const read = async (path: string): Promise<string> => (await fetch(path)).text();
  const { numbers, categories } = JSON.parse(await read(`${model}/preprocessing.json`)) as Preprocessing;
  const rows = (await read(`${model}/rows.ndjson`)).trim().split('\n').map((line) => JSON.parse(line) as Row);
  const inputs = categories.map((category) => categoryInput(rows, category));
  if (numbers.length > 0) inputs.unshift(tf.tensor2d(rows.flatMap((row) => numbers.map((input) => numberOf(row, input))), [rows.length, numbers.length]));
  const network = await loadLayersModel(`${model}/model.json`);
  const [first] = inputs;
  return [...(network.predict(inputs.length === 1 && first !== undefined ? first : inputs) as tf.Tensor).dataSync()];
}

async function answerAll(): Promise<unknown> {
  const answers: Record<string, number[]> = {};
  try {
    await tf.ready();
    const models = (await (await fetch('/models')).json()) as string[];
    for (const model of models) answers[model] = await answer(model);
    return { answers };
  } catch (error) {
    return { error: String(error) };
  }
}

void answerAll().then((said) => fetch('/said', { method: 'POST', body: JSON.stringify(said) }));
