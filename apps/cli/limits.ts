import type { ApplyOptions } from '../session/session.ts';
import type { Given } from './command.ts';
import { readCount, readSize } from './flags.ts';

/** What a run may take of the machine, as far as the user says so. */
export type Limits = Pick<ApplyOptions, 'jobs' | 'threads' | 'memory'>;

/** With less, DuckDB has no room for the columns of a step. */
const LEAST_MEMORY = 128e6;

/** The flags with which they are given. */
export const limitOptions: readonly (readonly [flags: string, description: string])[] = [
  ['--jobs <n>', 'steps that run at once'],
  ['--threads <n>', 'processor threads in all'],
  ['--memory <size>', 'memory in all, such as 4GB or 512MiB'],
];

/** Reads them from a command's options. */
export function readLimits({ options }: Given): Limits {
  const jobs = readCount(options, 'jobs');
  const threads = readCount(options, 'threads');
  const memory = readSize(options, 'memory', LEAST_MEMORY);
  return { ...(jobs === undefined ? {} : { jobs }), ...(threads === undefined ? {} : { threads }), ...(memory === undefined ? {} : { memory }) };
}
