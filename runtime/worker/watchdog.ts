import { Worker } from 'node:worker_threads';

/** How often the parent is looked for, in milliseconds. */
const INTERVAL = 250;

/**
 * Ends this process, at once and whatever it is doing, when its parent is gone. The main thread may be inside a native
 * call for minutes, so a small thread of its own keeps watch; a process whose parent died is given another one.
 */
export function watchParent(): void {
  const parent = process.ppid;
  const watch = `
    const alive = () => {
      if (process.ppid !== ${parent}) return false;
      try { process.kill(${parent}, 0); return true; } catch (error) { return error.code === 'EPERM'; }
    };
    setInterval(() => { if (!alive()) process.kill(process.pid, 'SIGKILL'); }, ${INTERVAL});
  `;
  new Worker(watch, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } }).unref();
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}
