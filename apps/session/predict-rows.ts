import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../compiler/json.ts';
import type { RunInput } from '../../compiler/kinds/run.ts';
import type { Column } from '../../compiler/types.ts';
import type { Plan, PlanInput, PlanQuery, PlanStep } from '../../compiler/plan/plan.ts';
import type { Preview } from '../../compiler/plan/preview.ts';
import { diagnose, hasErrors } from '../../grammar/index.ts';
import type { Analyser } from '../../runtime/analyse.ts';
import { openPool, type JobOutcome } from '../../runtime/scheduler/pool.ts';
import type { PredictParams } from '../../stdlib/predictions/prediction.ts';
import { engineFinder, ensureEngines } from './engines.ts';
import type { ProjectLock } from './project-lock.ts';
import { SessionError, type Found, type PredictRequest } from './session.ts';

/** What of its session a prediction works with. */
export interface PredictSetting {
  readonly project: string;
  readonly find: (preview: Preview, name: string) => Promise<Found>;
  readonly analyser: Analyser;
  readonly cache: string;
  /** The store's folder. */
  readonly root: string;
  readonly lock: ProjectLock;
  readonly worker: string;
}

/** What a prediction may take beside the model: the rows are streamed. A reader holds a page of every column. */
const MEMORY = 512 * 2 ** 20;
const MEMORY_OF_COLUMN = 512 * 2 ** 10;

/** Predicts the rows of a file, in a worker process. Throws a `SessionError` when something that it needs is missing. */
export async function predictRows(preview: Preview, request: PredictRequest, setting: PredictSetting): Promise<JobOutcome> {
  const { plan } = preview;
  const model = stepOf(plan, request.model);
  const needed = new Map(engineFinder(plan, { asked: true })(model).map((engine) => [engine, model.name]));
  const { found: engines, diagnostics } = await ensureEngines(setting.lock.value, needed, { ...request, project: setting.project });
  if (hasErrors(diagnostics)) throw new SessionError(diagnostics);
  const { params, inputs } = await describePrediction(preview, request, setting);
  const staging = await mkdtemp(join(tmpdir(), 'mlp-predict-'));
  const pool = openPool(setting.worker, { isLean: true });
  const cancel = (): void => void pool.kill();
  request.signal?.addEventListener('abort', cancel);
  try {
    if (request.signal?.aborted === true) return { type: 'cancelled' };
    return await pool.run(
      {
        step: { ...model, name: 'predict', kind: 'predict', params: params as unknown as JsonObject, inputs: [], roots: [], outputs: [] },
        key: model.fingerprint,
        inputs,
        store: setting.root,
        staging,
        cache: setting.cache,
        threads: request.threads ?? availableParallelism(),
        memory: MEMORY + params.features.length * MEMORY_OF_COLUMN,
        engines: Object.fromEntries(engines),
        project: setting.project,
        secrets: {},
      },
      ({ rows }) => {
        if (rows !== undefined) request.onRows?.(rows);
      },
    );
  } finally {
    request.signal?.removeEventListener('abort', cancel);
    await pool.kill();
    await rm(staging, { recursive: true, force: true });
  }
}

async function describePrediction(preview: Preview, request: PredictRequest, setting: PredictSetting): Promise<{ readonly params: PredictParams; readonly inputs: readonly RunInput[] }> {
  const { plan } = preview;
  const model = stepOf(plan, request.model);
  const sets = featureSteps(plan, model);
  const split = stepOf(plan, inputAt(model, /\.split$/).step);
  const table = stepOf(plan, inputAt(model, /\.table$/).step);
  const target = (split.params['target'] as { readonly $column: string }).$column;
  const read = [...new Set(sets.flatMap((features) => inputAt(features, /^\w+\.table$/).columns ?? []))].filter((column) => column !== target);
  const inputs: RunInput[] = [];
  const add = async (slot: string, step: PlanStep): Promise<void> => {
    const found = await setting.find(preview, step.name);
    const artifact = found.found ? found.artifact('value') : undefined;
    if (artifact === undefined) throw new SessionError([diagnose('not-made', undefined, { step: step.name, command: `mlp apply ${plan.file} --target ${step.name}` })]);
    inputs.push({ slot, part: 'value', artifact });
  };
  await add('model', model);
  for (const [index, features] of sets.entries()) await add(`x[${index}]`, features);
  await add('table', table);
  const common = { input: request.input, out: request.out, target, features: read };
  if (request.from === undefined) {
    const madeFrom = sourceUnder(plan, table);
    return { params: { ...common, given: { name: table.name, columns: read, ...(madeFrom === undefined ? {} : { madeFrom }) } }, inputs };
  }
  const source = stepOf(plan, request.from);
  const chain = queriesBetween(plan, source, table);
  const columns = await columnsRead(setting.analyser, { plan, chain, columns: read });
  await add('source', source);
  const queries = chain.map(({ query }) => query as PlanQuery);
  return { params: { ...common, given: { name: source.name, columns }, from: { kind: source.kind, params: source.params, queries } }, inputs };
}

/** The sets of features that a model looks at: one, or those of the models that it is made of. */
function featureSteps(plan: Plan, model: PlanStep): PlanStep[] {
  const several = model.inputs.filter(({ slot }) => /^x\[\d+\]$/.test(slot));
  return (several.length > 0 ? several : [inputAt(model, /^\w+$/)]).map(({ step }) => stepOf(plan, step));
}

function stepOf(plan: Plan, name: string): PlanStep {
  const step = plan.steps.find((one) => one.name === name);
  if (step === undefined) throw new Error(`the plan has no step ${name}`);
  return step;
}

function inputAt(step: PlanStep, slot: RegExp): PlanInput {
  const input = step.inputs.find((one) => slot.test(one.slot));
  if (input === undefined) throw new Error(`${step.name} has no input ${slot.source}`);
  return input;
}

/** The steps from a source, which is not among them, to a table, which is the last. Each makes a row of a row. */
function queriesBetween(plan: Plan, source: PlanStep, table: PlanStep): PlanStep[] {
  const chain: PlanStep[] = [];
  for (let step = table; step.name !== source.name; ) {
    const [input] = step.inputs;
    if (step.query === undefined || input === undefined) throw refused(source, `\`${table.name}\` is not made from it`, 'name a source that it is made from');
    if (!step.query.rowwise) {
      throw refused(source, `\`${step.name}\` makes its rows of several rows, or in another order`, `such a query over the given rows alone would say something else than in training: give rows in the shape of \`${table.name}\`, without \`--from\``);
    }
    chain.unshift(step);
    step = stepOf(plan, input.step);
  }
  return chain;
}

/** The source whose rows `--from` would take for those of a table that SQL makes. */
function sourceUnder(plan: Plan, table: PlanStep): string | undefined {
  let step = table;
  while (step.query?.rowwise === true && step.inputs[0] !== undefined) step = stepOf(plan, step.inputs[0].step);
  return step === table || step.roots.length === 0 ? undefined : step.name;
}

function refused(source: PlanStep, reason: string, hint: string): SessionError {
  return new SessionError([diagnose('usage', undefined, { problem: `a prediction cannot start from \`${source.name}\`: ${reason}`, hint })]);
}

interface Reading {
  readonly plan: Plan;
  readonly chain: readonly PlanStep[];
  /** Of the last step. */
  readonly columns: readonly string[];
}

/** The columns of the first step's input that columns of the last are made from, or that say which rows stay. */
async function columnsRead(analyser: Analyser, { plan, chain, columns }: Reading): Promise<readonly string[]> {
  let read = columns;
  for (const { query, inputs } of [...chain].reverse()) {
    const [input] = inputs;
    const [name = ''] = query?.tables ?? [];
    const text = `SELECT ${read.map((column) => `"${column.replaceAll('"', '""')}"`).join(', ')} FROM (${(query?.text ?? '').replace(/;\s*$/, '')}\n)`;
    const answer = await analyser.analyse({ text, tables: [{ name, columns: input === undefined ? [] : columnsOf(plan, input) }] });
    read = answer.ok ? (answer.query.reads[name] ?? []) : (input?.columns ?? []);
  }
  return read;
}

function columnsOf(plan: Plan, { step, part }: PlanInput): readonly Column[] {
  return stepOf(plan, step).outputs.find((output) => output.part === part)?.columns ?? [];
}
