import { diagnose, didYouMean, type Document, type PipelineItem } from '../../grammar/index.ts';
import type { Findings, ResolvedProgram } from '../program.ts';
import { pipelineName } from './pipeline-name.ts';

/** What the `pipeline` block of the file that is run says; without one, the name is the file's and the seed 0. */
export function resolvePipeline(document: Document, findings: Findings): ResolvedProgram['pipeline'] {
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
