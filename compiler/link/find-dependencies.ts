import { addTo } from '../add-to.ts';
import { findInSql, resolveReference } from '../resolve/resolve-reference.ts';
import { stepsOf } from '../resolve/scope.ts';
import { textInput } from '../infer/text-input.ts';
import { askAll, type Asking, type ReferencesNeed } from '../needs.ts';
import type { Findings, ResolvedDeclaration } from '../program.ts';

/** The steps that each declaration reads, by the names of their steps. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** Finds what declarations read: by their inputs, and by references in SQL, which have to be known before anything can be put in order. */
export function* findDependencies(declarations: readonly ResolvedDeclaration[]): Asking<Dependencies> {
  const texts = new Map<string, string>();
  for (const declaration of declarations) {
    const text = queryOf(declaration);
    if (text !== undefined) texts.set(declaration.name, text);
  }
  const distinct = [...new Set(texts.values())];
  const answers = yield* askAll(distinct.map((text): ReferencesNeed => ({ need: 'references', text })));
  const tables = new Map(distinct.map((text, index) => [text, answers[index]?.ok === true ? answers[index].tables : []]));
  return new Map(
    declarations.map(({ name, item, scope }) => {
      const reads = item.call.args.flatMap((value) => {
        const resolved = value.kind === 'word-value' || value.kind === 'reference' ? resolveReference(value, scope) : undefined;
        return resolved !== undefined && 'found' in resolved ? resolved.found.map((one) => one.target.step) : [];
      });
      const inSql = (tables.get(texts.get(name) ?? '') ?? []).flatMap((table) => {
        const meaning = findInSql(scope, table);
        return meaning === undefined ? [] : stepsOf(meaning);
      });
      return [name, [...reads, ...inSql]];
    }),
  );
}

/** The query of a declaration that is one; what is wrong in it is reported when its type is inferred. */
function queryOf({ item, kind, scope }: ResolvedDeclaration): string | undefined {
  const silent: Findings = { add: () => undefined };
  const [first] = item.call.args;
  if (kind.inputs[0]?.accepts.includes('sql') !== true || first?.kind !== 'string') return undefined;
  return textInput('', first, 'sql', scope, silent)?.text;
}

/**
 * The declarations that the file that is run asks for, and those that they read: others of imported files are left out.
 * Checks of a table that is read belong to it.
 */
export function keepNeeded(declarations: readonly ResolvedDeclaration[], wanted: ReadonlySet<string>, dependencies: Dependencies): ResolvedDeclaration[] {
  if (declarations.every(({ name }) => wanted.has(name))) return [...declarations];
  const checks = new Map<string, string[]>();
  for (const { name, kind } of declarations) {
    if (kind.keyword !== 'check') continue;
    for (const read of dependencies.get(name) ?? []) addTo(checks, read, name);
  }
  const needed = new Set<string>();
  const open = [...wanted];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    open.push(...(dependencies.get(name) ?? []), ...(checks.get(name) ?? []));
  }
  return declarations.filter(({ name }) => needed.has(name));
}
