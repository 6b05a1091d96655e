import type { ChoiceArtifact, SplitArtifact } from '../../../compiler/plan/artifact.ts';
import type { Plan, PlanStep } from '../../../compiler/plan/plan.ts';
import type { ActionRecord } from '../../../runtime/store/record.ts';
import type { ApplyResult } from '../../session/session.ts';
import { mainFigure, metricsOfModel } from './figures.ts';
import { formatBytes, formatCount, formatMetric, formatSeconds, formatShare } from './format.ts';
import { renderMetrics, type MetricsPart } from './metrics-table.ts';
import { findStep, memberNames, withInputNames } from './names.ts';
import { asList, asNumber, asNumbers, asText } from './read-json.ts';
import { renderTable, type Cell } from './table.ts';
import { clean, count, displayWidth, hanging, pad, type View } from './text.ts';

/** How the exported file of a model ends, where it is not JSON; a network is a folder. */
const EXTENSIONS: Readonly<Record<string, string>> = { xgboost: '.ubj', lightgbm: '.txt', catboost: '.cbm', random_forest: '.txt', extra_trees: '.txt', network: '/', mlp: '/', cnn: '/', rnn: '/' };

/** What the summary of an apply is made from. */
export interface Summary {
  readonly plan: Plan;
  /** The file as it was named on the command line. */
  readonly file: string;
  readonly result: Omit<ApplyResult, 'records'>;
  readonly records: ReadonlyMap<string, ActionRecord>;
  /** Where the store is, for people. */
  readonly store: string;
}

/** The end of an apply: the data, the models beside each other, the chosen one and why, what is kept where, what next. */
export function renderSummary(summary: Summary, view: View): string[] {
  const sections = [
    section('Data', dataLines(summary, view), view),
    ...reportSections(summary, view),
    section('Choice', choiceLines(summary, view), view),
    section('Warnings', warningLines(summary, view), view),
    section('Kept', keptLines(summary, view), view),
    section('Next', nextLines(summary, view), view),
  ];
  return [...outcomeLines(summary, view), ...sections.flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines]))];
}

/** The end of a run among many: how it went and what the models came to. */
export function renderOutcome(summary: Summary, view: View): string[] {
  const sections = [...reportSections(summary, view), section('Choice', choiceLines(summary, view), view), section('Warnings', warningLines(summary, view), view)];
  return [...outcomeLines(summary, view), ...sections.flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines]))];
}

function section(title: string, lines: readonly string[], view: View): string[] {
  return lines.length === 0 ? [] : [view.paint('bold', title), ...lines];
}

function outcomeLines({ result }: Summary, view: View): string[] {
  const { state, seconds, ran, cached, failed } = result;
  const counts = [`${ran} ran`, `${cached} cached`, ...(failed > 0 ? [`${failed} failed`] : [])].join(', ');
  switch (state) {
    case 'done':
      return hanging(view.paint('green', 'Done '), `in ${formatSeconds(seconds)}: ${counts}`, view.width);
    case 'failed':
      return hanging(view.paint('red', 'Failed '), `after ${formatSeconds(seconds)}: ${counts}; what was finished is kept`, view.width);
    case 'cancelled':
      return hanging(view.paint('yellow', 'Cancelled '), `after ${formatSeconds(seconds)}: ${counts}; what was finished is kept, and the next apply goes on from there`, view.width);
  }
}

function recordsOf({ plan, records }: Summary, keyword: string): { readonly step: PlanStep; readonly record: ActionRecord }[] {
  return plan.steps.flatMap((step) => {
    const record = step.keyword === keyword ? records.get(step.name) : undefined;
    return record === undefined ? [] : [{ step, record }];
  });
}

function dataLines(summary: Summary, view: View): string[] {
  const found = ['source', 'check', 'split'].flatMap((keyword) => recordsOf(summary, keyword));
  const width = Math.max(0, ...found.map(({ step }) => displayWidth(step.name)));
  return found.flatMap(({ step, record }) => {
    const artifact = record.outputs['value']?.artifact;
    const text = artifact?.type === 'split' ? splitText(artifact) : mainFigure(step, record.outputs);
    return hanging(`  ${view.paint('bold', pad(step.name, width))}  `, text, view.width);
  });
}

/** `2,094,476 train / 448,816 validation / 448,817 test; 21.3% true` */
function splitText({ parts, classes, task }: SplitArtifact): string {
  const sizes = `${formatCount(parts.train.rows)} train / ${formatCount(parts.validate.rows)} validation / ${formatCount(parts.test.rows)} test`;
  if (task === 'ranking') return `${sizes}; ${formatCount([parts.train, parts.validate, parts.test].reduce((sum, part) => sum + (part.queries ?? 0), 0))} queries`;
  if (task === 'regression') return sizes;
  if (classes.length > 2) return `${sizes}; ${classes.length} classes`;
  const last = classes.length - 1;
  const all = [parts.train, parts.validate, parts.test];
  const positive = all.reduce((sum, part) => sum + (part.classes[last] ?? 0), 0);
  const rows = all.reduce((sum, part) => sum + part.rows, 0);
  return `${sizes}; ${formatShare(positive, rows)} ${clean(classes[last] ?? '')}`;
}

function reportSections(summary: Summary, view: View): string[][] {
  const reports = recordsOf(summary, 'report');
  return reports.map(({ step, record }) => section(reports.length === 1 ? 'Models' : `Models (${step.name})`, renderMetrics(metricsParts(step, record), 'main', view), view));
}

/** The models of a report with their metrics, by part. */
export function metricsParts(step: PlanStep, record: Pick<ActionRecord, 'outputs'>, only?: string): MetricsPart[] {
  const names = memberNames(step);
  return step.outputs.flatMap(({ part }) => {
    const artifact = record.outputs[part]?.artifact;
    if (artifact?.type !== 'report' || (only !== undefined && part !== only)) return [];
    const rows = artifact.models.map((model, index) => ({ model: names[index] ?? `model ${index + 1}`, metrics: metricsOfModel(model), optimistic: model['optimistic'] === true, ...(model['deviations'] === undefined ? {} : { deviations: asNumbers(model['deviations']) }) }));
    return [{ part, rows }];
  });
}

function choiceLines(summary: Summary, view: View): string[] {
  return recordsOf(summary, 'choice').flatMap(({ step, record }) => {
    const artifact = record.outputs['value']?.artifact;
    return artifact?.type === 'choice' ? describeChoice(step, artifact, view) : [];
  });
}

/** The chosen model and why, then the rejected ones with their reasons. */
export function describeChoice(step: PlanStep, { chosen, candidates }: ChoiceArtifact, view: View): string[] {
  const names = memberNames(step);
  const metric = choiceMetric(step);
  const value = chosen === null ? undefined : asNumber(candidates[chosen]?.['value']);
  const verdict =
    chosen === null
      ? 'none: no model fulfils what is required'
      : `${names[chosen] ?? ''}: the ${metric.best} ${metric.name}${metric.part === undefined ? '' : ` ${metric.part === 'folds' ? 'over the' : 'on'} ${metric.part}`}${value === undefined ? '' : `, ${formatMetric(value)}`}`;
  const rejected = candidates.flatMap((candidate, index) => {
    const reasons = asList(candidate['rejected']).flatMap((reason) => asText(reason) ?? []);
    return reasons.length === 0 ? [] : hanging(`    ${names[index] ?? ''} was rejected: `, clean(reasons.join('; ')), view.width);
  });
  return [...hanging(`  ${view.paint('bold', step.name)}  `, verdict, view.width), ...rejected];
}

/** What a choice looks at: a metric, the part that is read, and which way is better. */
export function choiceMetric({ params, inputs }: PlanStep): { readonly name: string; readonly best: string; readonly part?: string } {
  const part = inputs.find(({ slot }) => slot === 'report')?.part;
  const name = asText(params['maximize']) ?? asText(params['minimize']) ?? 'metric';
  const best = params['minimize'] === undefined ? 'highest' : 'lowest';
  return { name, best, ...(part === undefined ? {} : { part: part === 'validate' ? 'validation' : part }) };
}

function keptLines({ records, store }: Summary, view: View): string[] {
  if (records.size === 0) return [];
  const blobs = new Map([...records.values()].flatMap((record) => record.blobs.map((blob) => [blob.digest, blob.bytes] as const)));
  const bytes = [...blobs.values()].reduce((sum, size) => sum + size, 0);
  return hanging('  ', `${store}: ${count(records.size, 'result')}, ${formatBytes(bytes)}`, view.width);
}

/** Warnings that are told in the summary. */
const TOLD = 4;

function warningLines({ plan, records, file }: Summary, view: View): string[] {
  const warnings = [...records].flatMap(([name, record]) => {
    const step = findStep(plan, name);
    return record.warnings.map((warning) => ({ name, warning: step === undefined ? warning : withInputNames(warning, step) }));
  });
  const untold = warnings[TOLD];
  const lines = warnings.slice(0, TOLD).flatMap(({ name, warning }) => hanging(`  ${view.paint('yellow', name)}  `, clean(warning), view.width));
  return untold === undefined ? lines : [...lines, view.paint('dim', `  … ${warnings.length - TOLD} more: \`mlp show ${file} ${untold.name}\``)];
}

function nextLines(summary: Summary, view: View): string[] {
  const { plan, file, result, records } = summary;
  if (result.state !== 'done') return commandTable(nextAfterStop(summary), view);
  const model = chosenModel(summary) ?? plan.steps.find((step) => step.keyword === 'model' && records.has(step.name));
  const report = plan.steps.find((step) => step.keyword === 'report' && records.has(step.name));
  const table = plan.steps.find((step) => (step.keyword === 'table' || step.keyword === 'source') && records.has(step.name));
  const rows: Cell[][] = [];
  if (report !== undefined) rows.push([`mlp show ${file} ${report.name}`, { text: 'every metric, confusion matrices', style: 'dim' }]);
  if (model !== undefined) {
    rows.push([`mlp show ${file} ${model.name}`, { text: 'what it learned, and how', style: 'dim' }]);
    rows.push([`mlp export ${file} ${model.name} -o ${model.name}${EXTENSIONS[model.kind] ?? '.json'}`, { text: 'the model in its own format', style: 'dim' }]);
    rows.push([`mlp why ${file} ${model.name}`, { text: 'what it was made from', style: 'dim' }]);
  } else if (table !== undefined) rows.push([`mlp show ${file} ${table.name}`, { text: 'rows and columns', style: 'dim' }]);
  return commandTable(rows, view);
}

/** A check fails again until data or expectations change: what it found is to be looked at before another apply. */
function nextAfterStop({ plan, file, records }: Summary): Cell[][] {
  const failed = plan.steps.filter(({ name }) => {
    const artifact = records.get(name)?.outputs['value']?.artifact;
    return artifact?.type === 'check' && !artifact.passed;
  });
  const shown = failed.map(({ name }): Cell[] => [`mlp show ${file} ${name}`, { text: 'what the check found', style: 'dim' }]);
  return [...shown, [`mlp apply ${file}`, { text: 'goes on where this one stopped', style: 'dim' }]];
}

/** Commands are there to be copied: they are never cut, what they do is. */
function commandTable(rows: readonly (readonly Cell[])[], view: View): string[] {
  return renderTable({ columns: [{}, { least: 0 }], rows, indent: 2 }, view);
}

function chosenModel(summary: Summary): PlanStep | undefined {
  for (const { step, record } of recordsOf(summary, 'choice')) {
    const artifact = record.outputs['value']?.artifact;
    if (artifact?.type !== 'choice' || artifact.chosen === null) continue;
    const found = findStep(summary.plan, memberNames(step)[artifact.chosen] ?? '');
    if (found !== undefined) return found;
  }
  return undefined;
}
