import { modelBytes, type Artifact, type CheckArtifact, type TableArtifact } from '../../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../../compiler/plan/plan.ts';
import { renderColumnType, type PartName } from '../../../compiler/types.ts';
import type { LookedTable } from '../../../runtime/engines/duckdb/serve-helper.ts';
import type { FittedFeatures } from '../../../stdlib/features/fitted.ts';
import type { Session } from '../../session/session.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { findMade, type Made } from '../find-artifact.ts';
import { readCount } from '../flags.ts';
import { openPlan, type OpenPlan } from '../open-plan.ts';
import { choiceJson, renderCandidates, renderCheck } from '../render/check-view.ts';
import { featuresJson, renderFeatures } from '../render/features-view.ts';
import { isLatency, mainFigure } from '../render/figures.ts';
import { formatLatency } from '../render/format.ts';
import { renderMetrics, type MetricsPart } from '../render/metrics-table.ts';
import { renderModel } from '../render/model-view.ts';
import { memberNames, withInputNames, withMemberNames } from '../render/names.ts';
import { renderReport, reportJson } from '../render/report-view.ts';
import { safeJson } from '../render/safe-json.ts';
import { renderSplit, splitJson } from '../render/split-view.ts';
import { renderSteps, stepsJson, type ListedStep } from '../render/steps-view.ts';
import { describeChoice, metricsParts } from '../render/summary.ts';
import { renderTableView, valueText } from '../render/table-view.ts';
import { docLines, hanging, wrap, type View } from '../render/text.ts';
import { storedTable, withFeatures } from '../tables.ts';

/** Something shown: for programs, and as lines for people. */
interface Shown {
  readonly json: Record<string, unknown>;
  readonly lines: (view: View) => readonly string[];
}

/** `mlp show FILE [NAME[.PART]]` */
export const show: RunCommand = (context, { args: [file = '', name], options }) =>
  context.withSession(async (session) => {
    const { flags, terminal } = context;
    const rows = readCount(options, 'rows') ?? 10;
    const opened = await openPlan(session, file, context);
    const shown = name === undefined ? await showSteps(session, opened) : await showMade({ session, opened, rows }, await findMade(session, opened, name));
    if (flags.json) terminal.print(safeJson(shown.json, 2));
    else for (const line of shown.lines(terminal.view())) terminal.print(line);
    return EXIT.done;
  });

async function showSteps(session: Session, { preview }: OpenPlan): Promise<Shown> {
  const steps: ListedStep[] = [];
  for (const one of preview.steps) {
    const found = await session.find(preview, one.step.name);
    steps.push({ preview: one, record: found.found ? found.record : undefined });
  }
  return { json: stepsJson(preview, steps), lines: (view) => renderSteps(preview, steps, view) };
}

interface Showing {
  readonly session: Session;
  readonly opened: OpenPlan;
  /** Rows of a table that are shown. */
  readonly rows: number;
}

/** What a step has made, below a heading that says what it is, with the warnings of its run. */
async function showMade(showing: Showing, made: Made): Promise<Shown> {
  const { step, part, record } = made;
  const { json, lines } = await showValue(showing, made);
  const digest = record.outputs[part ?? 'value']?.digest;
  const warnings = record.warnings.map((warning) => withInputNames(warning, step));
  return {
    json: { ...(step.doc === undefined ? {} : { doc: step.doc }), ...json, ...(digest === undefined ? {} : { digest }), ...(warnings.length === 0 ? {} : { warnings }) },
    lines: (view) => [
      ...hanging(`${view.paint('bold', part === undefined ? step.name : `${step.name}.${part}`)} ${view.paint('dim', `${step.keyword} ${step.kind}`)} `, part === undefined ? mainFigure(step, record.outputs) : '', view.width),
      ...docLines(step.doc, view),
      '',
      ...lines(view),
      ...(warnings.length === 0 ? [] : ['', ...warnings.flatMap((warning) => hanging(view.paint('yellow', 'warning: '), warning, view.width))]),
    ],
  };
}

async function showValue(showing: Showing, made: Made): Promise<Shown> {
  const { step, part, record } = made;
  const artifact = made.artifact ?? record.outputs['value']?.artifact;
  if (artifact === undefined || artifact.type === 'report') {
    return { json: reportJson(step, record, part), lines: (view) => renderReport(step, record, part, view) };
  }
  switch (artifact.type) {
    case 'table':
      return showTable(showing, { step, part: part ?? 'value', artifact });
    case 'features':
      return part === undefined ? showFeatures(artifact.fitted as unknown as FittedFeatures) : showFeaturesPart(showing, step, part as PartName);
    case 'split':
      return { json: splitJson(artifact, part), lines: (view) => renderSplit(artifact, part, view) };
    case 'model':
      return showModel(showing, step, artifact);
    case 'check':
      return showCheck(showing, made, artifact);
    case 'choice':
      return { json: choiceJson(step, artifact), lines: (view) => [...describeChoice(step, artifact, view), '', ...renderCandidates(step, artifact, view)] };
    case 'measure':
      return { json: { values: artifact.values }, lines: () => Object.entries(artifact.values).map(([name, value]) => `  ${name}  ${isLatency(name) && typeof value === 'number' ? formatLatency(value) : valueText(value)}`) };
  }
}

function showCheck({ opened }: Showing, { step, record }: Made, artifact: CheckArtifact): Shown {
  const { passed, findings } = artifact;
  const rows = record.outputs['rows']?.artifact;
  const kept = rows?.type === 'table' ? rows.rows : 0;
  const where = `\`mlp show ${opened.plan.file} ${step.name}.rows\` shows ${kept === 1 ? 'the row' : `${kept.toLocaleString('en-US')} rows`} that ${kept === 1 ? 'was' : 'were'} found`;
  return {
    json: { passed, findings },
    lines: (view) => [...renderCheck(artifact, view), ...(kept === 0 ? [] : ['', ...wrap(where, view.width)])],
  };
}

function showFeatures(fitted: FittedFeatures): Shown {
  return { json: featuresJson(fitted), lines: (view) => renderFeatures(fitted, view) };
}

interface ShownTable {
  readonly step: PlanStep;
  readonly part: string;
  readonly artifact: TableArtifact;
}

async function showTable({ session, rows }: Showing, { step, part, artifact }: ShownTable): Promise<Shown> {
  const table = await storedTable(session, artifact);
  const planned = step.outputs.find((output) => output.part === part)?.columns ?? [];
  const types = new Map(planned.flatMap(({ name, type, nullable }) => (type.kind === 'other' ? [] : [[name, renderColumnType(type, nullable)] as const])));
  return tableShown(await session.duckdb.ask({ kind: 'look', table, rows }), { rows: artifact.rows, types });
}

async function showFeaturesPart({ session, opened, rows }: Showing, step: PlanStep, part: PartName): Promise<Shown> {
  return withFeatures(session, opened, { step, part }, async (table) =>
    tableShown(await session.duckdb.ask({ kind: 'look', table, rows }), { rows: table.rows, types: new Map() }),
  );
}

function tableShown({ head, statistics }: LookedTable, { rows, types }: { readonly rows: number; readonly types: ReadonlyMap<string, string> }): Shown {
  const columns = statistics.map((column) => ({ ...column, shownType: types.get(column.name) ?? column.type }));
  return {
    json: { rows, columns: columns.map(({ shownType, type, ...column }) => ({ ...column, type: shownType, sql: type })), head },
    lines: (view) => renderTableView({ rows, columns, head }, view),
  };
}

async function showModel({ session, opened }: Showing, step: PlanStep, artifact: Extract<Artifact, { type: 'model' }>): Promise<Shown> {
  const parts = await metricsOf(session, opened, step);
  const { kind, task, classes, threshold } = artifact;
  const summary = withMemberNames(artifact.summary, memberNames(step));
  const metrics = Object.fromEntries(parts.map(({ part, rows }) => [part, { metrics: rows[0]?.metrics ?? {}, optimistic: rows[0]?.optimistic ?? false }]));
  return {
    json: { kind, task, classes, ...(threshold === undefined ? {} : { threshold }), bytes: modelBytes(artifact), summary, parts: metrics },
    lines: (view) => [...renderModel({ ...artifact, summary }, view), ...(parts.length === 0 ? [] : ['', view.paint('bold', 'Metrics'), ...renderMetrics(parts, 'main', view)])],
  };
}

/** The metrics of a model in the first report that has it and is made. */
async function metricsOf(session: Session, { plan, preview }: OpenPlan, model: PlanStep): Promise<readonly MetricsPart[]> {
  for (const report of plan.steps) {
    if (report.keyword !== 'report' || !memberNames(report).includes(model.name)) continue;
    const found = await session.find(preview, report.name);
    if (!found.found) continue;
    return metricsParts(report, found.record).map(({ part, rows }) => ({ part, rows: rows.filter((row) => row.model === model.name) }));
  }
  return [];
}
