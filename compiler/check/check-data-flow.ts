import type { Findings, TypedDeclaration } from '../program.ts';
import { checkChoices } from './check-choices.ts';
import { checkScoredParts } from './check-scored-parts.ts';
import { checkTestUntouched } from './check-test-untouched.ts';
import type { Splits } from './provenance.ts';

/** Checks what values were fitted on and chosen by. After it: no number that the pipeline reports is a leak of its parts. */
export function checkDataFlow(declarations: readonly TypedDeclaration[], findings: Findings): void {
  const splits: Splits = new Map(declarations.flatMap(({ inferred: { type } }) => (type.kind === 'split' ? [[type.step, type]] : [])));
  checkTestUntouched(declarations, findings);
  checkScoredParts(declarations, splits, findings);
  checkChoices(declarations, findings);
}
