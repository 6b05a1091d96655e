import { modelBytes, type Artifact, type ModelArtifact } from '../../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../../compiler/plan/plan.ts';
import type { ActionRecord } from '../../../runtime/store/record.ts';
import { featureNamesOf } from '../../../stdlib/features/feature-names.ts';
import type { FittedFeatures } from '../../../stdlib/features/fitted.ts';
import { formatBytes, formatCount, formatLatency, formatMetric } from './format.ts';
import { memberNames } from './names.ts';
import { asList, asNumber, asNumbers, asObject, asText } from './read-json.ts';
import { count } from './text.ts';

/** What a person would ask first of what a step has made, in a few words: rows, a metric, whom a choice chose. */
export function mainFigure(step: PlanStep, outputs: ActionRecord['outputs']): string {
  const artifact = (outputs['value'] ?? outputs['validate'] ?? outputs['test'])?.artifact;
  if (artifact === undefined) return '';
  const quarantine = outputs['quarantine']?.artifact;
  const quarantined = quarantine?.type === 'table' && quarantine.rows > 0 ? `, ${formatCount(quarantine.rows)} quarantined` : '';
  return figureOf(artifact, step) + quarantined;
}

function figureOf(artifact: Artifact, step: PlanStep): string {
  switch (artifact.type) {
    case 'table':
      return `${count(artifact.rows, 'row')}, ${count(artifact.columns.length, 'column')}`;
    case 'split':
      return `${(['train', 'validate', 'test'] as const).map((part) => formatCount(artifact.parts[part].rows)).join(' / ')} rows`;
    case 'features':
      return count((artifact.fitted as unknown as FittedFeatures).features.flatMap(featureNamesOf).length, 'feature');
    case 'model':
      return modelFigure(artifact);
    case 'report':
      return count(artifact.models.length, 'model');
    case 'choice':
      return artifact.chosen === null ? 'none chosen' : `chose ${memberNames(step)[artifact.chosen] ?? 'a model'}`;
    case 'check':
      return artifact.passed ? 'passed' : 'failed';
    case 'measure':
      return Object.entries(artifact.values).flatMap(([name, value]) => (typeof value === 'number' && isLatency(name) ? [`${name} ${formatLatency(value)}`] : [])).join(', ');
  }
}

/** Whether a measured value is a quantile of seconds. */
export function isLatency(name: string): boolean {
  return /^p\d+$/.test(name);
}

function modelFigure(artifact: ModelArtifact): string {
  const { summary, threshold } = artifact;
  const size = formatBytes(modelBytes(artifact));
  const members = asList(summary['members']);
  if (members.length > 0) return `${count(members.length, 'model')}, ${size}`;
  const round = asNumber(summary['bestRound']) ?? asNumber(summary['rounds']);
  const best = round === undefined ? [] : metricsAt(summary['curve'] === undefined ? undefined : asObject(asObject(summary['curve'])?.['validate']), round);
  const calibrate = asText(summary['calibrate']);
  const adjusted = [...(calibrate === undefined ? [] : [calibrate]), ...(threshold === undefined ? [] : [`threshold ${formatMetric(threshold)}`])];
  return [...best.slice(0, 1), ...(round === undefined ? [] : [count(round, 'round')]), ...adjusted, size].join(', ');
}

/** `validate auc 0.7032` of a learning curve at a round. */
function metricsAt(curve: ReturnType<typeof asObject>, round: number): string[] {
  return Object.entries(curve ?? {}).flatMap(([metric, values]) => {
    const value = asNumber(asList(values)[round - 1]);
    return value === undefined ? [] : [`${metric} ${formatMetric(value)}`];
  });
}

/** Metrics in a few words: `auc 0.7032`. */
export function metricsText(metrics: Readonly<Record<string, number | null>>, most = 2): string {
  return Object.entries(metrics).slice(0, most).map(([name, value]) => `${name} ${formatMetric(value)}`).join(', ');
}

/** The metrics of a model in a report. */
export function metricsOfModel(model: unknown): Record<string, number | null> {
  return asNumbers(asObject(model as never)?.['metrics']);
}
