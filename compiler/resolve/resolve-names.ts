import { declarationKeywords, diagnose, didYouMean, openingKeywords, type DeclarationItem, type Document, type Item, type PipelineItem } from '../../grammar/index.ts';
import type { Kind, Registry } from '../kinds/kind.ts';
import type { Findings, ResolvedDeclaration, ResolvedProgram } from '../program.ts';
import { pipelineName } from './pipeline-name.ts';

/**
 * Gives every name its one meaning. After it: names are unique without regard to case, every declaration has a kind
 * from the registry, and the kind returns what the keyword says.
 */
export function resolveNames(document: Document, registry: Registry, findings: Findings): ResolvedProgram {
  reportDuplicates(document.items, findings);
  const declarations: ResolvedDeclaration[] = [];
  const seen = new Set<string>();
  for (const item of document.items) {
    if (item.kind === 'for' || item.kind === 'import') {
      findings.add(diagnose('not-in-this-version', item.span, { construct: item.kind }));
    }
    if (item.kind !== 'declaration') continue;
    const kind = resolveKind(item, registry, findings);
    const folded = item.name.text.toLowerCase();
    if (kind !== undefined && !seen.has(folded)) declarations.push({ name: item.name.text, item, kind });
    seen.add(folded);
  }
  if (!document.items.some((item) => item.kind === 'declaration' || item.kind === 'for')) {
    findings.add(diagnose('no-declarations', { ...document.span, end: document.span.start }, {}));
  }
  return {
    document,
    pipeline: resolvePipeline(document, findings),
    params: document.items.filter((item) => item.kind === 'param'),
    declarations,
    tests: document.items.filter((item) => item.kind === 'test'),
  };
}

function resolveKind(item: DeclarationItem, registry: Registry, findings: Findings): Kind | undefined {
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

function reportDuplicates(items: readonly Item[], findings: Findings): void {
  const first = new Map<string, Exclude<Item, { kind: 'import' | 'for' | 'test' }>>();
  for (const item of items) {
    if (item.kind !== 'declaration' && item.kind !== 'param') continue;
    const folded = item.name.text.toLowerCase();
    const earlier = first.get(folded);
    if (earlier === undefined) {
      first.set(folded, item);
    } else {
      const related = [{ span: earlier.name.span, message: `\`${earlier.name.text}\` is declared here first` }];
      findings.add(diagnose('duplicate-name', item.name.span, { name: item.name.text, first: earlier.name.text }, related));
    }
  }
}

function resolvePipeline(document: Document, findings: Findings): ResolvedProgram['pipeline'] {
  const blocks = document.items.filter((item) => item.kind === 'pipeline');
  const [block, second] = blocks;
  if (block !== undefined && second !== undefined) {
    const related = [{ span: block.name.span, message: 'the first one is here' }];
    findings.add(diagnose('second-pipeline', second.name.span, {}, related));
  }
  const name = pipelineName(document);
  if (block === undefined) return { name, seed: 0 };
  return {
    name,
    seed: pipelineSeed(block, findings),
    ...(block.doc === undefined ? {} : { doc: block.doc }),
  };
}

function pipelineSeed(block: PipelineItem, findings: Findings): number {
  let seed = 0;
  const [first] = block.body.entries.filter((entry) => entry.key.text === 'seed');
  for (const entry of block.body.entries) {
    if (entry.key.text === 'seed' && entry !== first && first !== undefined) {
      findings.add(diagnose('duplicate-key', entry.key.span, { key: 'seed' }, [{ span: first.key.span, message: 'given here first' }]));
    } else if (entry.key.text !== 'seed') {
      const suggestion = didYouMean(entry.key.text, ['seed']);
      findings.add(diagnose('unknown-key', entry.key.span, { key: entry.key.text, of: 'pipeline', known: ['seed'], suggestion }));
    } else if (entry.value.kind === 'number' && entry.value.unit === undefined && Number.isSafeInteger(entry.value.value)) {
      seed = entry.value.value;
    } else {
      findings.add(diagnose('wrong-value', entry.value.span, { name: 'seed', expected: 'a whole number' }));
    }
  }
  return seed;
}
