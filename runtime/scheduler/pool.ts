import { fork, type ChildProcess } from 'node:child_process';
import type { Progress } from '../../compiler/kinds/run.ts';
import type { DoneMessage, FailedMessage, Job, WorkerMessage } from '../worker/job.ts';
import type { Crash } from './crash.ts';

/** How a job ended. */
export type JobOutcome = DoneMessage | FailedMessage | ({ readonly type: 'crashed' } & Crash) | { readonly type: 'cancelled' };

/** Child processes that run steps. Each runs one at a time, and the next when it has ended. */
export interface Pool {
  /** Runs a job in a process that is free, or in a new one; the signal ends it at once. Never rejects. */
  readonly run: (job: Job, onProgress: (progress: Progress) => void, signal?: AbortSignal) => Promise<JobOutcome>;
  /** Starts a first process before there is a job for it: starting takes a while. */
  readonly prepare: () => void;
  /** Ends all processes at once: jobs under way are `cancelled`, and so are those that come later. */
  readonly kill: () => Promise<void>;
}

interface WorkerProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  onMessage: ((message: WorkerMessage) => void) | undefined;
  onEnd: ((crash: Crash) => void) | undefined;
  output: string;
  idleTimer: NodeJS.Timeout | undefined;
}

/** Processes that have nothing to do are ended after this time, in milliseconds: they hold memory others may need. */
const IDLE_LIFE = 2_000;

/** One that was started before there was a job for it is kept at least as long as a plan may take to be made. */
const PREPARED_LIFE = 60_000;

/** How a pool treats its processes. */
export interface PoolOptions {
  /** Milliseconds for which a process without work is kept. */
  readonly idleLife?: number;
  /** Whether processes give memory back at once, for work that streams: it costs them a little time. */
  readonly isLean?: boolean;
}

/** Chunks of DuckDB are freed when the collector of garbage comes to them, which knows nothing of their size: it is to come often. */
const LEAN_FLAGS: readonly string[] = ['--max-semi-space-size=1'];
/** glibc's: free memory above these bytes goes back to the system. */
const LEAN_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_TRIM_THRESHOLD_: '65536' };

/** How much of what a process writes is kept, in characters. */
const OUTPUT_KEPT = 8_192;

/** How long a dead process's last output is waited for, in milliseconds: a child of it may keep the pipe open. */
const OUTPUT_GRACE = 100;

/** Opens a pool; processes are started when they are needed. */
export function openPool(workerScript: string, { idleLife = IDLE_LIFE, isLean = false }: PoolOptions = {}): Pool {
  const staff = openStaff(() => startWorker(workerScript, isLean), idleLife);
  let killed = false;
  return {
    run: (job, onProgress, signal) =>
      new Promise((resolve) => {
        const isCancelled = (): boolean => killed || signal?.aborted === true;
        if (isCancelled()) {
          resolve({ type: 'cancelled' });
          return;
        }
        const worker = staff.take();
        const stop = (): void => staff.retire(worker);
        signal?.addEventListener('abort', stop, { once: true });
        worker.onEnd = (crash) => resolve(isCancelled() ? { type: 'cancelled' } : { type: 'crashed', ...crash });
        worker.onMessage = (message) => {
          if (message.type === 'progress') {
            onProgress(message.progress);
            return;
          }
          signal?.removeEventListener('abort', stop);
          staff.rest(worker);
          resolve(message);
        };
        // A process that has just died says so by its end.
        worker.child.send(job, () => undefined);
      }),
    prepare: staff.prepare,
    kill: async () => {
      killed = true;
      await staff.kill();
    },
  };
}

/** All processes of a pool, and which of them have nothing to do. */
interface Staff {
  readonly take: () => WorkerProcess;
  readonly prepare: () => void;
  readonly rest: (worker: WorkerProcess) => void;
  /** Ends a process: it gets no more jobs. */
  readonly retire: (worker: WorkerProcess) => void;
  readonly kill: () => Promise<void>;
}

function openStaff(hire: () => WorkerProcess, idleLife: number): Staff {
  const all = new Set<WorkerProcess>();
  const idle: WorkerProcess[] = [];

  const retire = (worker: WorkerProcess): void => {
    clearTimeout(worker.idleTimer);
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
    worker.child.kill('SIGKILL');
  };
  const start = (): WorkerProcess => {
    const worker = hire();
    all.add(worker);
    worker.child.once('exit', () => retire(worker));
    void worker.ended.then(() => all.delete(worker));
    return worker;
  };
  const rest = (worker: WorkerProcess, life = idleLife): void => {
    worker.onMessage = undefined;
    worker.onEnd = undefined;
    worker.output = '';
    idle.push(worker);
    worker.idleTimer = setTimeout(retire, life, worker).unref();
  };
  return {
    take: () => {
      // The one used last is taken first: its memory is warm, and the others may end.
      const worker = idle.pop() ?? start();
      clearTimeout(worker.idleTimer);
      return worker;
    },
    prepare: () => {
      if (all.size === 0) rest(start(), Math.max(idleLife, PREPARED_LIFE));
    },
    rest,
    retire,
    kill: async () => {
      for (const worker of all) retire(worker);
      await Promise.all([...all].map((worker) => worker.ended));
    },
  };
}

function startWorker(workerScript: string, isLean: boolean): WorkerProcess {
  const child = fork(workerScript, [], {
    // Numbers such as NaN in metrics survive.
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: isLean ? [...LEAN_FLAGS] : [],
    ...(isLean ? { env: { ...LEAN_ENVIRONMENT, ...process.env } } : {}),
  });
  let end: () => void = () => undefined;
  const worker: WorkerProcess = {
    child,
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    onMessage: undefined,
    onEnd: undefined,
    output: '',
    idleTimer: undefined,
  };
  const hear = (chunk: Buffer): void => {
    worker.output = (worker.output + chunk.toString('utf8')).slice(-OUTPUT_KEPT);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  child.on('message', (message) => worker.onMessage?.(message as WorkerMessage));

  let grace: NodeJS.Timeout | undefined;
  const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
    clearTimeout(grace);
    end();
    worker.onEnd?.({ code, signal, output: worker.output });
    worker.onEnd = undefined;
  };
  child.on('close', finish);
  child.on('exit', (code, signal) => {
    grace = setTimeout(finish, OUTPUT_GRACE, code, signal);
  });
  child.on('error', (error) => {
    worker.output += `\n${error.message}`;
    if (child.pid === undefined) finish(null, null);
  });
  return worker;
}
