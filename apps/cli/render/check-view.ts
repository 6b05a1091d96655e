import type { JsonObject } from '../../../compiler/json.ts';
import type { CheckArtifact, ChoiceArtifact } from '../../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../../compiler/plan/plan.ts';
import { formatMetric } from './format.ts';
import { memberNames } from './names.ts';
import { asList, asNumber, asText } from './read-json.ts';
import { choiceMetric } from './summary.ts';
import { renderTable, type Cell } from './table.ts';
import { clean, hanging, type View } from './text.ts';

/** What a check expected and found; in one that passed, what is not met is a warning. */
export function renderCheck({ passed, findings }: CheckArtifact, view: View): string[] {
  const unmet = passed ? view.paint('yellow', '!') : view.paint('red', '✗');
  const lines = findings.flatMap((finding) => {
    return hanging(`  ${finding['passed'] === true ? view.paint('green', '✓') : unmet} `, findingText(finding), view.width);
  });
  return [`  ${passed ? view.paint('green', 'passed') : view.paint('red', 'failed')}`, ...lines];
}

/** One finding in words: `not_null distance: 2 of 100 rows are null, rows 17, 71 (expected no nulls)`. */
export function findingText(finding: JsonObject): string {
  return clean(asText(finding['message']) ?? JSON.stringify(finding));
}

/** The candidates of a choice with their values. */
export function renderCandidates(step: PlanStep, { chosen, candidates }: ChoiceArtifact, view: View): string[] {
  const names = memberNames(step);
  const rows = candidates.map((candidate, index): Cell[] => [
    index === chosen ? { text: '▸', style: 'green' } : '',
    { text: names[index] ?? '', style: index === chosen ? 'bold' : 'dim' },
    formatMetric(asNumber(candidate['value'])),
  ]);
  return renderTable({ columns: [{}, { header: 'model', least: 10 }, { header: choiceMetric(step).name, align: 'right' }], rows, indent: 2 }, view);
}

/** What `show --json` prints of a choice (cli.md). */
export function choiceJson(step: PlanStep, { chosen, candidates }: ChoiceArtifact): Record<string, unknown> {
  const names = memberNames(step);
  return {
    chosen: chosen === null ? null : (names[chosen] ?? null),
    candidates: candidates.map((candidate, index) => ({ ...candidate, name: names[index] ?? '', value: candidate['value'] ?? null, rejected: asList(candidate['rejected']) })),
  };
}
