import { diagnose } from '../../grammar/index.ts';
import type { Dependencies } from '../link/find-dependencies.ts';
import type { CheckedDeclaration, Findings } from '../program.ts';

/**
 * Puts each declaration after what it reads, otherwise in the order of the file. Those on a cycle are left out and
 * reported at the first of them.
 */
export function orderDeclarations(declarations: readonly CheckedDeclaration[], dependencies: Dependencies, findings: Findings): CheckedDeclaration[] {
  const byName = new Map(declarations.map((one) => [one.name, one]));
  const state = new Map<CheckedDeclaration, 'open' | 'done' | 'cyclic'>();
  const ordered: CheckedDeclaration[] = [];

  // An explicit stack: a chain of 10,000 tables must not overflow the program's own.
  for (const root of declarations) {
    const stack: { readonly one: CheckedDeclaration; readonly next: Iterator<string> }[] = [];
    const open = (one: CheckedDeclaration): void => {
      state.set(one, 'open');
      stack.push({ one, next: (dependencies.get(one.name) ?? [])[Symbol.iterator]() });
    };
    if (!state.has(root)) open(root);
    for (let top = stack[stack.length - 1]; top !== undefined; top = stack[stack.length - 1]) {
      const step = top.next.next();
      if (step.done === true) {
        stack.pop();
        if (state.get(top.one) === 'open') {
          state.set(top.one, 'done');
          ordered.push(top.one);
        }
        continue;
      }
      const read = byName.get(step.value);
      if (read === undefined) continue;
      if (!state.has(read)) {
        open(read);
      } else if (state.get(read) === 'open') {
        const members = stack.slice(stack.findIndex((frame) => frame.one === read)).map((frame) => frame.one);
        for (const member of members) state.set(member, 'cyclic');
        reportCycle(members, findings);
      }
    }
  }
  return ordered;
}

function reportCycle(members: readonly CheckedDeclaration[], findings: Findings): void {
  const first = members.reduce((a, b) => (b.item.span.start < a.item.span.start ? b : a));
  const at = members.indexOf(first);
  const round = [...members.slice(at), ...members.slice(0, at)];
  const chain = [...round, first].map((one) => one.name);
  const related = round.slice(1).map((one) => ({ span: one.item.name.span, message: `\`${one.name}\` is part of the cycle` }));
  findings.add(diagnose('cycle', first.item.name.span, { chain }, related));
}
