import { expect } from 'vitest';
import type { Project } from '../end-to-end/program.ts';
import { storedScores } from '../predictions/support.ts';

/** Fails the test unless these are, within a relative distance, what a model said of the test rows when it was trained. */
export async function expectAnswers(project: Project, names: { readonly model: string; readonly split: string }, found: readonly number[], within: number): Promise<void> {
  const { scores } = await storedScores(project, 'p.mlp', names);
  expect(found).toHaveLength(scores.values.length);
  const furthest = found.reduce((most, value, at) => Math.max(most, Math.abs(value - (scores.values[at] ?? NaN)) / Math.max(1, Math.abs(value))), 0);
  expect(furthest).toBeLessThan(within);
}
