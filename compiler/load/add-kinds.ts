import { diagnose, type ImportItem } from '../../grammar/index.ts';
import type { Kind } from '../kinds/kind.ts';
import { kindProblem } from '../kinds/kind-problem.ts';
import type { Digest } from '../plan/artifact.ts';
import type { Findings } from '../program.ts';

/** What a package exports, and the import that asked for it. */
export interface Exported {
  readonly name: string;
  readonly digest: Digest;
  /** Its export `kinds`, whatever that is. */
  readonly exported: unknown;
  readonly item: ImportItem;
  /** Names of kinds that are taken, with the package that they come from; those found here are added. */
  readonly taken: Map<string, string | undefined>;
  readonly findings: Findings;
}

/** The kinds of a package that are sound; what is wrong with the others is reported at the import. */
export function addKinds({ name, digest, exported, item, taken, findings }: Exported): readonly Kind[] {
  const at = item.from.span;
  if (!Array.isArray(exported) || exported.length === 0) {
    findings.add(diagnose('package-without-kinds', at, { package: name }));
    return [];
  }
  return exported.flatMap((one: unknown, index): Kind[] => {
    const problem = kindProblem(one);
    const kind = one as Kind;
    if (problem !== undefined) {
      findings.add(diagnose('bad-kind', at, { package: name, kind: namedKind(one) ?? `number ${index + 1}`, problem }));
      return [];
    }
    if (taken.has(kind.name)) {
      findings.add(diagnose('kind-taken', at, { package: name, kind: kind.name, by: taken.get(kind.name) }));
      return [];
    }
    taken.set(kind.name, name);
    return [{ ...kind, package: { name, digest } }];
  });
}

function namedKind(value: unknown): string | undefined {
  const name: unknown = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
  return typeof name === 'string' ? `\`${name}\`` : undefined;
}
