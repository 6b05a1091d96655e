import type { Kind, Registry } from '../../compiler/kinds/kind.ts';
import type { Metric } from '../../stdlib/metrics/metric.ts';
import type { CommandSpec } from '../cli/command.ts';
import { firstSentence } from '../cli/render/text.ts';
import { describeParameters, signatureOf, type ParameterDoc } from './describe-kind.ts';

/** What the reference is made from. */
export interface ReferenceSources {
  readonly registry: Registry;
  readonly metrics: readonly Metric[];
  readonly commands: readonly CommandSpec[];
}

/** The pages of `docs/reference/`, by file name: one for each keyword, the metrics and the commands, and an index. */
export function renderReference({ registry, metrics, commands }: ReferenceSources): Map<string, string> {
  const kinds = [...registry.values()];
  const keywords = [...new Set(kinds.flatMap((kind) => kind.keyword ?? []))];
  const pages = new Map<string, string>();
  for (const keyword of keywords) pages.set(`${keyword}.md`, kindsPage(keyword, kinds.filter((kind) => kind.keyword === keyword)));
  pages.set('metrics.md', metricsPage(metrics));
  pages.set('commands.md', commandsPage(commands));
  pages.set('README.md', indexPage(keywords.map((keyword) => [keyword, kinds.filter((kind) => kind.keyword === keyword)])));
  return pages;
}

const MADE = '<!-- Made from the registry by `UPDATE=1 npx vitest run test/reference.test.ts`. -->';

function page(title: string, ...blocks: readonly string[]): string {
  return `${[MADE, `# ${title}`, ...blocks].join('\n\n')}\n`;
}

function indexPage(groups: readonly (readonly [keyword: string, kinds: readonly Kind[]])[]): string {
  const rows = groups.flatMap(([keyword, kinds]) =>
    kinds.map((kind) => `| [\`${kind.name}\`](${keyword}.md#${kind.name}) | \`${keyword}\` | ${cell(firstSentence(kind.doc))} |`),
  );
  return page(
    'Reference',
    'Every kind of the standard library, with its inputs, parameters and an example that compiles. `mlp kinds NAME` shows the same in a terminal.',
    table(['kind', 'keyword', 'what it is for'], rows),
    'See also the [metrics](metrics.md) of reports and choices, and the [commands](commands.md).',
  );
}

function kindsPage(keyword: string, kinds: readonly Kind[]): string {
  return page(`\`${keyword}\``, ...kinds.map(kindSection));
}

function kindSection(kind: Kind): string {
  const inputs = kind.inputs.map(({ name, doc, accepts }) => `| \`${name}\` | ${accepts.map((type) => `\`${type}\``).join(' or ')} | ${cell(doc)} |`);
  const parameters = describeParameters(kind).map(parameterRow);
  return [
    `## ${kind.name}`,
    `\`${signatureOf(kind)}\``,
    kind.doc,
    ...(inputs.length === 0 ? [] : [table(['input', 'takes', ''], inputs)]),
    ...(parameters.length === 0 ? [] : [table(['parameter', 'takes', 'default', ''], parameters)]),
    `Guarantee: \`${kind.guarantee}\`.${kind.seeded ? ' Uses the pipeline’s seed.' : ''}`,
    `\`\`\`mlp\n${kind.example.trim()}\n\`\`\``,
  ].join('\n\n');
}

function parameterRow({ path, accepts, required, default: fallback, doc }: ParameterDoc): string {
  return `| \`${path}\` | ${cell(accepts)} | ${required ? 'required' : fallback === undefined ? '' : `\`${fallback}\``} | ${cell(doc)} |`;
}

function metricsPage(metrics: readonly Metric[]): string {
  const rows = metrics.map(({ name, tasks, direction, doc }) => `| \`${name}\` | ${tasks.join(', ')} | ${direction === 'maximize' ? 'more' : 'less'} | ${cell(doc)} |`);
  return page('Metrics', 'For `evaluate`, `select` and early stopping.', table(['metric', 'tasks', 'better is', ''], rows));
}

function commandsPage(commands: readonly CommandSpec[]): string {
  const sections = commands.map(({ name, args, summary, options, examples }) =>
    [
      `## mlp ${name}`,
      `\`${`mlp ${name} ${args.toUpperCase()}`.trim()}\`: ${summary}.`,
      ...(options.length === 0 ? [] : [table(['option', ''], options.map(([flags, doc]) => `| \`${flags}\` | ${cell(doc)} |`))]),
      `\`\`\`sh\n${examples.join('\n')}\n\`\`\``,
    ].join('\n\n'),
  );
  return page('Commands', ...sections);
}

function table(heads: readonly string[], rows: readonly string[]): string {
  return [`| ${heads.join(' | ')} |`, `| ${heads.map(() => '---').join(' | ')} |`, ...rows].join('\n');
}

/** Text that stands in one cell. */
function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}
