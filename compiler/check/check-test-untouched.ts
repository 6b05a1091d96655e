import { diagnose } from '../../grammar/index.ts';
import type { Findings, TypedDeclaration } from '../program.ts';
import type { Provenance } from '../types.ts';

/** No value may be fitted on test rows, or chosen by them. */
export function checkTestUntouched(declarations: readonly TypedDeclaration[], findings: Findings): void {
  for (const { name, item, inferred } of declarations) {
    const provenance: Provenance | undefined = 'provenance' in inferred.type ? inferred.type.provenance : undefined;
    if (provenance === undefined) continue;
    for (const [set, done] of [
      [provenance.fit, 'fitted on'],
      [provenance.chose, 'chosen by'],
    ] as const) {
      const test = set.find((ref) => ref.part === 'test');
      if (test !== undefined) findings.add(diagnose('test-touched', item.name.span, { name, done, part: `${test.split}.test` }));
    }
  }
}
