import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { StepError } from '../../../compiler/kinds/run.ts';
import type { Json } from '../../../compiler/json.ts';
import { parsePythonPlace } from '../../providers/python-place.ts';

/** What CatBoost's program says, a line each. */
export type CatboostEvent =
  /** What is new, from the round `first` on, counted from 0. */
  | { readonly event: 'round' | 'fitted'; readonly first: number; readonly metrics: CatboostMetrics }
  /** The model as JSON; how much it uses each feature, numbers before categories. */
  | { readonly event: 'trained'; readonly model: string; readonly importance: readonly number[] }
  /** In base64. */
  | { readonly event: 'converted'; readonly model: string }
  | { readonly event: 'version'; readonly version: string };

/** Values of metrics, by CatBoost's names of parts and metrics, one for each round; null where they are not finite. */
export type CatboostMetrics = Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;

/** What CatBoost's program is to do. */
export interface CatboostTask {
  /** As `pythonPlace` writes it. */
  readonly place: string;
  readonly task: Readonly<Record<string, Json>>;
  /** What follows the task on its standard input. */
  readonly data: Iterable<Uint8Array>;
  /** Answers an event, where it waits for that. */
  readonly onEvent: (event: CatboostEvent) => Promise<number | undefined> | number | undefined;
}

const PROGRAM = fileURLToPath(new URL('catboost-program.py', import.meta.url));

/** Lines of what a process said that its error repeats. */
const LAST_WORDS = 4;

/**
 * Runs CatBoost's program to its end. It ends with this process, whose pipe it reads. Throws a StepError for what
 * CatBoost refuses, and where its process ends before it is done, with the last that it said.
 */
export async function speakCatboost({ place, task, data, onEvent }: CatboostTask): Promise<void> {
  const { program, folders } = parsePythonPlace(place);
  const child = spawn(program, ['-I', '-B', PROGRAM, ...folders], { stdio: 'pipe' });
  const words: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    words.push(line);
    if (words.length > LAST_WORDS) words.shift();
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as NodeJS.Signals | null }), (error: unknown) => startFailure(program, error));
  // What it does not read any more is its end's to explain.
  child.stdin.on('error', () => undefined);
  try {
    const finished = await Promise.all([sendTask(child, task, data), listen(child, onEvent)]);
    if (finished[1]) return;
  } finally {
    child.kill('SIGKILL');
  }
  throw crash(await ended, words);
}

function startFailure(program: string, error: unknown): StepError {
  return new StepError(`CatBoost: its Python ${program} does not start: ${(error as Error).message}`);
}

async function sendTask({ stdin }: ChildProcessWithoutNullStreams, task: CatboostTask['task'], data: CatboostTask['data']): Promise<void> {
  const send = (bytes: Uint8Array): Promise<void> => new Promise((done) => void stdin.write(bytes, () => done()));
  await send(new TextEncoder().encode(`${JSON.stringify(task)}\n`));
  for (const bytes of data) {
    if (!stdin.writable) return;
    await send(bytes);
  }
}

/** Hands on what is said, and answers; whether it came to the end. */
async function listen(child: ChildProcessWithoutNullStreams, onEvent: CatboostTask['onEvent']): Promise<boolean> {
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as CatboostEvent | { readonly event: 'failed'; readonly message: string };
    if (event.event === 'failed') throw new StepError(cleanCatboostError(event.message), hintOf(event.message));
    const reply = await onEvent(event);
    if (reply !== undefined) child.stdin.write(`${reply}\n`);
    if (event.event === 'trained' || event.event === 'converted' || event.event === 'version') return true;
  }
  return false;
}

/** CatBoost's account of a failure without its place in C++ source: `/src/catboost/…/x.cpp:123: message`. */
export function cleanCatboostError(text: string): string {
  const message = text.trim().replace(/^(?:\S+\.(?:cpp|h|pyx):\d+:\s*)+/, '').replace(/[\s.]+$/, '');
  return `CatBoost: ${message === '' ? 'failed without giving a reason' : message}`;
}

function hintOf(message: string): string | undefined {
  return /^memory ran out|bad_alloc|out of memory/i.test(message) ? MEMORY_HINT : undefined;
}

const MEMORY_HINT = 'fewer features, a smaller `border_count` or `max_ctr_complexity` take less memory';

function crash(outcome: StepError | { readonly code: number | null; readonly signal: NodeJS.Signals | null }, words: readonly string[]): StepError {
  if (outcome instanceof StepError) return outcome;
  const { code, signal } = outcome;
  const how = signal === null ? `exit code ${code}` : `${signal}, signal ${constants.signals[signal]}`;
  const said = words.length === 0 ? '' : `; its last words: ${words.join(' / ')}`;
  return new StepError(`CatBoost: its process ended before it was done (${how})${said}`, signal === 'SIGKILL' ? `the system may have ended it for want of memory: ${MEMORY_HINT}` : undefined);
}
