import { diagnose, type Item, type Word } from '../../grammar/index.ts';
import type { Findings } from '../program.ts';
import { localName } from './follow-import.ts';

/** Reports names that a file gives twice, without regard to case. Loops share the names of their file. */
export function reportDuplicates(items: readonly Item[], findings: Findings): void {
  const first = new Map<string, Word>();
  const report = (name: Word): void => {
    const folded = name.text.toLowerCase();
    const earlier = first.get(folded);
    if (earlier === undefined) {
      first.set(folded, name);
      return;
    }
    const related = [{ span: earlier.span, message: `\`${earlier.text}\` is declared here first` }];
    findings.add(diagnose('duplicate-name', name.span, { name: name.text, first: earlier.text }, related));
  };
  for (const { name } of namedWords(items)) report(name);
  reportVariables(items, first, findings);
}

/** A loop's variable is not called like anything in sight; loops side by side may have the same. */
function reportVariables(items: readonly Item[], taken: ReadonlyMap<string, Word>, findings: Findings): void {
  for (const item of items) {
    if (item.kind !== 'for') continue;
    const { text, span } = item.variable;
    const earlier = taken.get(text.toLowerCase());
    if (earlier !== undefined) {
      const related = [{ span: earlier.span, message: `\`${earlier.text}\` is declared here` }];
      findings.add(diagnose('duplicate-name', span, { name: text, first: earlier.text }, related));
    }
    reportVariables(item.items, new Map([...taken, [text.toLowerCase(), item.variable]]), findings);
  }
}

function namedWords(items: readonly Item[]): { readonly name: Word }[] {
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'declaration':
      case 'param':
        return [item];
      case 'import':
        return item.names.map((one) => ({ name: localName(one) }));
      case 'for':
        return namedWords(item.items);
      default:
        return [];
    }
  });
}

/** Reports what cannot stand in a loop: a body holds declarations, tests and further loops. */
export function reportMisplaced(items: readonly Item[], inLoop: boolean, findings: Findings): void {
  for (const item of items) {
    if (item.kind === 'for') reportMisplaced(item.items, true, findings);
    else if (inLoop && item.kind !== 'declaration' && item.kind !== 'test') findings.add(diagnose('not-in-loop', item.span, { construct: item.kind }));
  }
}
