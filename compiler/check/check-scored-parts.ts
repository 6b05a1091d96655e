import { diagnose } from '../../grammar/index.ts';
import type { Findings, TypedDeclaration } from '../program.ts';
import { partRef, sharing } from './provenance.ts';

/** A model is not scored on rows that it was fitted on, and models beside each other are scored on the same rows. */
export function checkScoredParts(declarations: readonly TypedDeclaration[], findings: Findings): void {
  for (const { inputs, inferred } of declarations) {
    if (inferred.type.kind !== 'report') continue;
    const { models, parts } = inferred.type;
    const [first] = models;
    models.forEach((model, index) => {
      const span = inputs[index]?.span;
      if (first !== undefined && model.split.step !== first.split.step) {
        const names = { model: model.step, split: model.split.step, first: first.step, other: first.split.step };
        findings.add(diagnose('different-splits', span, names));
        return;
      }
      for (const part of parts) {
        if (part === 'folds') continue;
        const scored = partRef(model.split, part);
        const fitted = sharing(model.provenance.fit, scored);
        if (fitted === undefined) continue;
        const names = { model: model.step, part: `${scored.split}.${part}`, fitted: `${fitted.split}.${fitted.part}` };
        findings.add(diagnose('scored-on-fit', span, names));
      }
    });
  }
}
