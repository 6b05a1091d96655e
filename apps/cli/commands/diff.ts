import { readPastRuns } from '../../../runtime/store/past-run.ts';
import type { RunCommand } from '../command.ts';
import { compareRuns } from '../compare-runs.ts';
import { EXIT } from '../exit-codes.ts';
import { findRun, shortNames } from '../find-run.ts';
import { diffJson, renderDiff } from '../render/diff-view.ts';
import { safeJson } from '../render/safe-json.ts';

/** `mlp diff FILE [RUN [RUN]]`: one run against the latest; without any, the latest against the one before. */
export const diff: RunCommand = (context, { args: [file = '', earlier = 'latest~1', later = 'latest'] }) =>
  context.withSession(async (session) => {
    const { flags, terminal } = context;
    const store = await session.openStore();
    const runs = await readPastRuns(store, await session.pipelineOf(file));
    const [before, after] = [findRun(runs, earlier), findRun(runs, later)];
    const names = shortNames(runs);
    const nameOf = (run: string): string => names.get(run) ?? run;
    const compared = { before, after, nameOf, ...compareRuns(store, before, after) };
    if (flags.json) terminal.print(safeJson(diffJson(compared), 2));
    else for (const line of renderDiff(compared, terminal.view())) terminal.print(line);
    return EXIT.done;
  });
