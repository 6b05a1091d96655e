/** The command line on files that are struck: see `struck-files.ts`. */
import { join } from 'node:path';
import { runCommandLine } from '../../../apps/cli/run-command-line.ts';
import { plainPaint } from '../../../apps/cli/render/text.ts';
import { openSession } from '../../../apps/session/open-session.ts';
import { struckFiles } from './struck-files.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), {
  cwd: process.cwd(),
  terminal: {
    print: (line) => process.stdout.write(`${line}\n`),
    printError: (line) => process.stderr.write(`${line}\n`),
    view: () => ({ width: 100, paint: plainPaint }),
    paintError: plainPaint,
  },
  openSession: (options) => openSession({ ...options, files: struckFiles(), worker: join(import.meta.dirname, 'worker.mjs') }),
  onInterrupt: () => () => undefined,
});
