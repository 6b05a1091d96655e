import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Digest } from '../../compiler/plan/artifact.ts';
import type { PlanEvent, RunEvent, StepEndEvent } from '../events.ts';
import type { Store } from './store.ts';
import { explained, explainedNow } from './store-error.ts';

/** The record of one run under way: what is appended is there after a kill, if not after a loss of power. */
export interface Journal {
  readonly append: (event: RunEvent) => void;
  /** Brings the file to the disk. */
  readonly close: () => Promise<void>;
}

const EXTENSION = '.ndjson';

/**
 * A name for a run: sortable by time, and its own among runs of the same millisecond. It sorts after the `latest` one
 * there is, also when the clock has been set back since: which run was the last is told by their order.
 */
export function newRunId(now: Date, latest?: string): string {
  const last = Date.parse(latest?.replace(/^([\d-]+T\d\d)-(\d\d)-([\d.]+Z).*$/, '$1:$2:$3') ?? '');
  const time = now.getTime() > last || Number.isNaN(last) ? now : new Date(last + 1);
  return `${time.toISOString().replaceAll(':', '-')}-${randomBytes(4).toString('hex')}`;
}

/**
 * Opens the journal of a new run. Neither progress nor waiting is kept: what a training went through is in its model's summary.
 * What was cached is written with what comes after it: thousands of steps are told of at once, and whoever
 * reads the journal of a killed run misses at most that they were.
 */
export async function openJournal(store: Store, pipeline: string, run: string): Promise<Journal> {
  const path = store.disk.path(`${runsPrefix(pipeline)}${run}${EXTENSION}`);
  await explained(() => store.files.makeFolder(dirname(path)));
  let waiting = '';
  return {
    append: (event) => {
      if (event.event === 'step-progress' || event.event === 'step-waiting') return;
      waiting += `${encodeLine(event)}\n`;
      if (event.event === 'step-end' && event.state === 'cached') return;
      const lines = waiting;
      waiting = '';
      explainedNow(() => store.files.appendNow(path, lines));
    },
    close: () =>
      explained(async () => {
        await store.files.sync(path);
        await store.disk.syncFolder(dirname(path));
      }),
  };
}

/** The runs of a pipeline, oldest first. */
export async function listRuns(store: Store, pipeline: string): Promise<readonly string[]> {
  const names = await explained(() => store.disk.list(runsPrefix(pipeline)));
  return names.filter((name) => name.endsWith(EXTENSION)).map((name) => name.slice(0, -EXTENSION.length));
}

/** The events of a run that can be read: the last line of a run that was killed may be torn. */
export function readRun(store: Store, pipeline: string, run: string): readonly RunEvent[] {
  return readJournal(store, pipeline, run).events;
}

/** A journal's lines. */
export interface JournalLines {
  readonly events: readonly RunEvent[];
  /** The lines of these events, as they stand. */
  readonly lines: readonly string[];
  /** Lines that are not what was written; one that a killed run has left torn at the end is none of them. */
  readonly damaged: number;
}

/** Reads a run's journal. */
export function readJournal(store: Store, pipeline: string, run: string): JournalLines {
  const path = store.disk.path(`${runsPrefix(pipeline)}${run}${EXTENSION}`);
  const text = explainedNow(() => store.files.readNow(path))?.toString('utf8') ?? '';
  // After a loss of power, zeros may stand where the last lines should.
  const all = text.replace(/\0+$/, '').split('\n');
  // What follows the last line break: nothing, or the beginning of a line, up to all of it.
  const tail = all.pop() ?? '';
  const read = [...all, ...(isTorn(tail) ? [] : [tail])].map((line) => ({ line, event: decodeLine(line) }));
  const whole = read.flatMap(({ line, event }) => (event === undefined ? [] : [{ line, event }]));
  return {
    events: whole.map(({ event }) => event),
    lines: whole.map(({ line }) => line),
    damaged: read.length - whole.length,
  };
}

/** Whether a text is the beginning of a line, without its end. */
function isTorn(tail: string): boolean {
  return tail === '' || (tail.startsWith('{') && !/,"crc":"[0-9a-f]{8}"\}/.test(tail));
}

const CHECKED = /^(.*),"crc":"([0-9a-f]{8})"\}$/;

/** A line is the event's JSON, with a checksum over it as its last entry. */
function encodeLine(event: RunEvent): string {
  const text = JSON.stringify(event);
  return `${text.slice(0, -1)},"crc":"${checksumOf(text)}"}`;
}

function decodeLine(line: string): RunEvent | undefined {
  const [, body = '', crc] = CHECKED.exec(line) ?? [];
  const text = `${body}}`;
  return crc !== undefined && checksumOf(text) === crc ? (JSON.parse(text) as RunEvent) : undefined;
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** What a pipeline's steps were when it was last applied. */
export interface LastApply {
  readonly run: string;
  readonly steps: ReadonlyMap<string, LastStep>;
  /** Seconds of the steps that the last apply that ran any has run: what was expected, and what they took. */
  readonly accuracy?: { readonly expected: number; readonly took: number };
}

/** A step as the last apply had it, and what it last made. */
export interface LastStep {
  readonly kind: string;
  readonly keyword: string;
  readonly fingerprint: Digest;
  readonly text?: string;
  /** The last result recorded for it, by this apply or an earlier one that it was part of. */
  readonly made?: { readonly fingerprint: Digest; readonly key: Digest };
}

/** How far back a step's last result is looked for. */
const RUNS_BACK = 20;

/**
 * The last apply that came to its end, cancelled ones not counted; `undefined` if there is none. One of some targets
 * says nothing of the other steps: they are as the apply before it left them.
 */
export async function readLastApply(store: Store, pipeline: string): Promise<LastApply | undefined> {
  let last: { readonly run: string; readonly steps: Map<string, LastStep>; accuracy?: NonNullable<LastApply['accuracy']> } | undefined;
  let whole = false;
  for (const run of [...(await listRuns(store, pipeline))].reverse().slice(0, RUNS_BACK)) {
    const events = readRun(store, pipeline, run);
    const plan = events.find((event) => event.event === 'plan');
    if (plan === undefined) continue;
    if (!whole) {
      if (!events.some((event) => event.event === 'run-end' && event.state !== 'cancelled')) continue;
      last ??= { run, steps: new Map() };
      for (const { name, ...step } of plan.steps) if (!last.steps.has(name)) last.steps.set(name, step);
      whole = plan.targets === undefined;
    }
    if (last === undefined) continue;
    addResults(last.steps, plan, events);
    const accuracy = last.accuracy ?? accuracyOf(plan, events);
    if (accuracy !== undefined) last.accuracy = accuracy;
    if (whole && [...last.steps.values()].every((step) => step.made !== undefined)) break;
  }
  return last;
}

/** Fills in results of a run for the steps that have none from a later one. */
function addResults(steps: Map<string, LastStep>, plan: PlanEvent, events: readonly RunEvent[]): void {
  const planned = new Map(plan.steps.map((step) => [step.name, step]));
  for (const event of events) {
    if (event.event !== 'step-end' || event.key === undefined || !hasResult(event)) continue;
    const step = steps.get(event.name);
    const { fingerprint, kind } = planned.get(event.name) ?? {};
    if (step === undefined || step.made !== undefined || fingerprint === undefined || kind !== step.kind) continue;
    steps.set(event.name, { ...step, made: { fingerprint, key: event.key } });
  }
}

function accuracyOf({ steps }: PlanEvent, events: readonly RunEvent[]): LastApply['accuracy'] {
  const expected = new Map(steps.map((step) => [step.name, step.expected]));
  const ran = events.flatMap((event) => (event.event === 'step-end' && event.state === 'ran' ? [{ expected: expected.get(event.name), took: event.seconds }] : []));
  const told = ran.flatMap((one) => (one.expected === undefined ? [] : [{ ...one, expected: one.expected }]));
  return told.length === 0 ? undefined : { expected: told.reduce((sum, one) => sum + one.expected, 0), took: told.reduce((sum, one) => sum + one.took, 0) };
}

function hasResult(event: StepEndEvent): boolean {
  return Object.keys(event.outputs).length > 0;
}

/** The pipeline whose runs are in a folder of this name. */
export function decodePipeline(folder: string): string {
  try {
    return decodeURIComponent(folder);
  } catch {
    return folder;
  }
}

/** Pipelines may be called anything that a file can be; the folder's name is safe on every system. */
function runsPrefix(pipeline: string): string {
  return `runs/${encodeURIComponent(pipeline).replaceAll('.', '%2E').replaceAll('*', '%2A')}/`;
}
