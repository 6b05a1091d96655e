import { declarationKeywords, diagnose, didYouMean, openingKeywords, type DeclarationItem } from '../../grammar/index.ts';
import type { Kind, Registry } from '../kinds/kind.ts';
import type { Findings } from '../program.ts';

/** The kind of a declaration, which returns what the keyword says; what is wrong is reported. */
export function resolveKind(item: DeclarationItem, registry: Registry, findings: Findings): Kind | undefined {
  const keyword = item.keyword.text;
  if (!declarationKeywords.some((known) => known === keyword)) {
    const suggestion = didYouMean(keyword, openingKeywords);
    const known = declarationKeywords.filter((one) => [...registry.values()].some((kind) => kind.keyword === one));
    findings.add(diagnose('unknown-keyword', item.keyword.span, { keyword, known, suggestion }));
    return undefined;
  }
  const name = item.call.name.text;
  const kind = registry.get(name);
  if (kind === undefined || kind.keyword === undefined) {
    const ofKeyword = [...registry.values()].filter((one) => one.keyword === keyword).map((one) => one.name);
    const all = [...registry.values()].filter((one) => one.keyword !== undefined).map((one) => one.name);
    const suggestion = didYouMean(name, ofKeyword) ?? didYouMean(name, all);
    findings.add(diagnose('unknown-kind', item.call.name.span, { name, keyword, kinds: ofKeyword, suggestion }));
    return undefined;
  }
  if (kind.keyword !== keyword) {
    findings.add(diagnose('wrong-keyword', item.keyword.span, { keyword, kind: name, right: kind.keyword }));
    return undefined;
  }
  return kind;
}
