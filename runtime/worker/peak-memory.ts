import { readFileSync, writeFileSync } from 'node:fs';

/** Forgets the peak so far, so that the next belongs to one job; Linux only. */
export function resetPeakMemory(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Other systems keep the peak of the process's life.
  }
}

/** The most memory that this process had at once, in bytes. */
export function peakMemory(): number {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    if (peak !== undefined) return Number(peak) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
