import type { Findings, TypedDeclaration } from '../program.ts';
import { checkChoices } from './check-choices.ts';
import { checkScoredParts } from './check-scored-parts.ts';
import { checkTestUntouched } from './check-test-untouched.ts';

/** Checks what values were fitted on and chosen by. After it: no number that the pipeline reports is a leak of its parts. */
export function checkDataFlow(declarations: readonly TypedDeclaration[], findings: Findings): void {
  checkTestUntouched(declarations, findings);
  checkScoredParts(declarations, findings);
  checkChoices(declarations, findings);
}
