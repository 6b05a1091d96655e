import { hasErrors, type Diagnostic } from '../../../grammar/index.ts';
import type { Compiled } from '../../session/session.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { printDiagnostics } from '../print-diagnostics.ts';
import { safeJson } from '../render/safe-json.ts';
import { hasPassed, renderFileTests, testsVerdict, testsJson, type FileTests, type FinishedTest } from '../render/tests-view.ts';

/** `mlp test FILE…`; `--target` leaves those that expect something of these tables. */
export const test: RunCommand = ({ flags, terminal, withSession }, { args }) =>
  withSession(async (session) => {
    const compiled: (Compiled & { readonly file: string })[] = [];
    for (const file of args) compiled.push({ file, ...(await session.compile(file)) });
    const diagnostics = compiled.flatMap((one): readonly Diagnostic[] => one.diagnostics);
    const textOf = (file: string): string | undefined => compiled.map((one) => one.textOf(file)).find((text) => text !== undefined);
    if (hasErrors(diagnostics)) throw new Failure(diagnostics, { textOf });
    if (!flags.json && !flags.quiet) printDiagnostics(diagnostics, textOf, terminal);
    const targets = flags.session.targets.map((name) => name.toLowerCase());
    const files: FileTests[] = [];
    for (const { file, tests } of compiled) {
      const finished: FinishedTest[] = [];
      for (const one of tests) {
        const isWanted = targets.length === 0 || one.expected.some(({ step }) => targets.includes(step.toLowerCase()));
        if (isWanted) finished.push({ test: one, outcome: await session.test(one) });
      }
      files.push({ file, tests: finished });
      if (!flags.json) for (const line of renderFileTests({ file, tests: finished }, { view: terminal.view(), textOf, failuresOnly: flags.quiet })) terminal.print(line);
    }
    if (flags.json) terminal.print(safeJson(testsJson(files, textOf), 2));
    else if (!flags.quiet) terminal.print(testsVerdict(files));
    return files.every((one) => one.tests.every(hasPassed)) ? EXIT.done : EXIT.failed;
  });
