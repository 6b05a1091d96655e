import { diagnose } from '../../grammar/index.ts';
import type { Findings, TypedDeclaration } from '../program.ts';

/** A choice reads validation scores or folds: test rows that have chosen a model can no longer judge it. */
export function checkChoices(declarations: readonly TypedDeclaration[], findings: Findings): void {
  for (const { name, inputs, inferred } of declarations) {
    if (inferred.type.kind !== 'choice') continue;
    for (const input of inputs) {
      if (input.kind !== 'value' || input.type.kind !== 'report-part' || input.type.part !== 'test') continue;
      findings.add(diagnose('chosen-by-test', input.span, { name, report: input.type.report.step }));
    }
  }
}
