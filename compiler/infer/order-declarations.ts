import type { Dependencies } from '../link/find-dependencies.ts';

/**
 * Puts each declaration after what it reads, otherwise in the order in which they are given. Those on a cycle are left
 * out; `onCycle` is told of them.
 */
export function orderDeclarations<T extends { readonly name: string }>(declarations: readonly T[], dependencies: Dependencies, onCycle: (members: readonly T[]) => void): T[] {
  const byName = new Map(declarations.map((one) => [one.name, one]));
  const state = new Map<T, 'open' | 'done' | 'cyclic'>();
  const ordered: T[] = [];

  // An explicit stack: a chain of 10,000 tables must not overflow the program's own.
  for (const root of declarations) {
    const stack: { readonly one: T; readonly next: Iterator<string> }[] = [];
    const open = (one: T): void => {
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
        onCycle(members);
      }
    }
  }
  return ordered;
}
