import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ChoiceArtifact } from '../../../compiler/plan/artifact.ts';
import { diagnose } from '../../../grammar/index.ts';
import { TABLE_EXTENSIONS } from '../../../runtime/engines/duckdb/export-table.ts';
import { describeCrash } from '../../../runtime/scheduler/crash.ts';
import type { JobOutcome } from '../../../runtime/scheduler/pool.ts';
import type { DoneMessage } from '../../../runtime/worker/job.ts';
import type { PredictStatistics } from '../../../stdlib/predictions/prediction.ts';
import type { PredictRequest, Session } from '../../session/session.ts';
import type { CommandContext, Given, RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure, failure } from '../failure.ts';
import { findMade, type Made } from '../find-artifact.ts';
import { asText, readCount } from '../flags.ts';
import { openPlan, type OpenPlan } from '../open-plan.ts';
import { formatBytes, formatCount, formatSeconds } from '../render/format.ts';
import { memberNames } from '../render/names.ts';
import { safeJson } from '../render/safe-json.ts';
import { hanging } from '../render/text.ts';
import { cancelled, replaceFile, sizeOf } from '../write-file.ts';

/** `mlp predict FILE MODEL INPUT -o OUT` */
export const predict: RunCommand = (context, given) =>
  context.withSession(async (session) => {
    const { args: [file = '', name = '', input = ''] } = given;
    const out = readOut(context, given);
    const threads = readCount(given.options, 'threads');
    const opened = await openPlan(session, file, context);
    await checkInput(context, given);
    const model = modelOf(await findMade(session, opened, name));
    const from = sourceOf(opened, asText(given.options['from']));
    const asked = {
      model,
      input: resolve(context.flags.folder, input),
      ...(from === undefined ? {} : { from }),
      ...(threads === undefined ? {} : { threads }),
    };
    const begun = performance.now();
    if (out === '-') {
      await toStandardOutput(context, async (path, signal) => report(context, await runPrediction(context, session, opened, { ...asked, out: path, signal }), { name, input, out }));
      return EXIT.done;
    }
    const path = resolve(context.flags.folder, out);
    const done: { message?: DoneMessage } = {};
    await replaceFile({ path, shown: out, onInterrupt: context.onInterrupt }, async (temporary, signal) => {
      done.message = await runPrediction(context, session, opened, { ...asked, out: temporary, signal });
    });
    if (done.message !== undefined) {
      report(context, done.message, { name, input, out, bytes: await sizeOf(path), seconds: (performance.now() - begun) / 1000 });
    }
    return EXIT.done;
  });

function readOut({ flags }: CommandContext, { args: [file = '', name = '', input = ''], options }: Given): string {
  const out = asText(options['out']);
  const hint = `as in \`mlp predict ${file} ${name} ${input} -o ${basename(input, extname(input))}-predicted.parquet\``;
  if (out === undefined) throw failure('usage', { problem: '`mlp predict` needs the file to write', hint });
  if (out === '-') {
    if (flags.json) throw failure('usage', { problem: '`-o -` and `--json` both want standard output', hint: 'name a file with `-o`' });
    return out;
  }
  const extension = extname(out).toLowerCase();
  const fitting: readonly string[] = TABLE_EXTENSIONS;
  if (!fitting.includes(extension)) throw failure('not-exportable', { name: out, what: 'a table of predictions', extension, fitting });
  return out;
}

/** The rows have to be a file; where the model is one instead, the two have changed places. */
async function checkInput({ flags }: CommandContext, { args: [file = '', name = '', input = ''] }: Given): Promise<void> {
  const statOf = (path: string) => stat(resolve(flags.folder, path)).catch(() => undefined);
  const found = await statOf(input);
  if (found?.isFile() === true) return;
  if (found !== undefined) throw failure('file-failed', { file: input, reason: found.isDirectory() ? 'it is a folder, and rows are read from a file' : 'it is no ordinary file' });
  if ((await statOf(name))?.isFile() === true) throw failure('usage', { problem: `there is no file ${input}, but one called ${name}`, hint: `the model comes before the rows: \`mlp predict ${file} ${input} ${name}\`` });
  throw failure('file-failed', { file: input, reason: 'there is no such file' });
}

/** The step of a model, or of the one that a choice has chosen. */
function modelOf({ step, artifact }: Made): string {
  if (artifact?.type === 'model') return step.name;
  if (artifact?.type === 'choice') return chosenOf(step, artifact);
  throw failure('usage', { problem: `\`${step.name}\` is ${step.keyword === 'features' ? 'a set of features' : `a ${step.keyword}`}, which predicts nothing`, hint: 'name a model, or a choice between models' });
}

function chosenOf(step: Made['step'], { chosen }: ChoiceArtifact): string {
  const name = chosen === null ? undefined : memberNames(step)[chosen];
  if (name !== undefined) return name;
  throw failure('usage', { problem: `\`${step.name}\` has chosen no model: none fulfils what it requires`, hint: 'name one of its models' });
}

function sourceOf({ plan }: OpenPlan, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const step = plan.steps.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (step?.keyword === 'source') return step.name;
  const sources = plan.steps.filter((one) => one.keyword === 'source').map((one) => one.name);
  const problem = step === undefined ? `there is no source \`${name}\`` : `\`${step.name}\` is a ${step.keyword}, and \`--from\` takes a source`;
  throw failure('usage', { problem, hint: `sources: ${sources.map((one) => `\`${one}\``).join(', ')}` });
}

async function runPrediction(context: CommandContext, session: Session, { preview }: OpenPlan, request: PredictRequest): Promise<DoneMessage> {
  const live = context.flags.quiet || context.flags.json ? undefined : await context.terminal.openLive?.();
  try {
    const outcome = await session.predict(preview, { ...request, onRows: (rows) => live?.show([`  predicting: ${formatCount(rows)} rows`]) });
    if (outcome.type === 'done') return outcome;
    if (context.flags.debug && outcome.type === 'failed' && outcome.stack !== undefined) context.terminal.printError(outcome.stack);
    throw failureOf(outcome);
  } finally {
    live?.close();
  }
}

function failureOf(outcome: Exclude<JobOutcome, DoneMessage>): Failure {
  switch (outcome.type) {
    case 'failed': {
      const { message, hint, diagnostic, stack } = outcome;
      if (diagnostic !== undefined) return new Failure([diagnostic]);
      return stack === undefined ? failure('usage', { problem: message, hint }) : failure('unexpected', { problem: message });
    }
    case 'crashed':
      return new Failure([diagnose('step-crashed', undefined, { step: 'predict', ...describeCrash(outcome) })], { exitCode: EXIT.failed });
    case 'cancelled':
      return cancelled();
  }
}

/** Makes the file whole, then passes it on: a failure half-way leaves nothing that looks like a result. */
async function toStandardOutput({ onInterrupt }: CommandContext, write: (path: string, signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const release = onInterrupt(() => controller.abort());
  const folder = await mkdtemp(join(tmpdir(), 'mlp-'));
  try {
    const path = join(folder, 'predictions.csv');
    await write(path, controller.signal);
    const file = await open(path);
    // Whoever reads may go away at any time: what is open needs no name any more.
    await rm(folder, { recursive: true });
    await pipeline(createReadStream(path, { fd: file }), process.stdout, { end: false }).catch(unlessUnread);
  } finally {
    await rm(folder, { recursive: true, force: true });
    release();
  }
}

/** A reader that has had enough, as in `… -o - | head`, is no failure. */
function unlessUnread(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
}

interface Reported {
  readonly name: string;
  readonly input: string;
  readonly out: string;
  readonly bytes?: number;
  readonly seconds?: number;
}

function report({ flags, terminal }: CommandContext, { statistics, warnings, peakMemory }: DoneMessage, { name, input, out, bytes, seconds }: Reported): void {
  const found = statistics as unknown as PredictStatistics;
  if (flags.json) {
    terminal.print(safeJson({ model: name, input, out, ...found, bytes, seconds, peakMemory, warnings }, 2));
    return;
  }
  for (const warning of warnings) for (const line of hanging('warning: ', warning, terminal.view().width)) terminal.printError(line);
  if (flags.quiet || out === '-') return;
  const rows = `${formatCount(found.rows)} ${found.rows === 1 ? 'row' : 'rows'}`;
  const what = found.predicted === found.rows ? `${rows} predicted by ${name}` : `${rows}, ${formatCount(found.predicted)} of them with a prediction by ${name}`;
  terminal.print(`${out}: ${what}, ${formatBytes(bytes ?? 0)} in ${formatSeconds(seconds ?? 0)}`);
}
