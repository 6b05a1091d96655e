import { readPastRuns } from '../../../runtime/store/past-run.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { shortNames } from '../find-run.ts';
import { readCount } from '../flags.ts';
import { renderRuns, runsJson, type ListedRun } from '../render/runs-view.ts';
import { safeJson } from '../render/safe-json.ts';
import { mainMetric } from '../run-metrics.ts';

/** Runs that are listed unless more are asked for. */
const USUAL = 20;

/** `mlp runs FILE`: a file that does not compile has a history too. */
export const runs: RunCommand = (context, { args: [file = ''], options }) =>
  context.withSession(async (session) => {
    const { flags, terminal } = context;
    const pipeline = await session.pipelineOf(file);
    const store = await session.openStore();
    const all = await readPastRuns(store, pipeline);
    const names = shortNames(all);
    const shown = all.slice(-(readCount(options, 'limit') ?? USUAL)).reverse();
    const listed = shown.map((run): ListedRun => ({ run, name: names.get(run.run) ?? run.run, metric: mainMetric(store, run) }));
    const history = { pipeline, file, runs: listed, earlier: all.length - listed.length };
    if (flags.json) terminal.print(safeJson(runsJson(history), 2));
    else for (const line of renderRuns(history, terminal.view())) terminal.print(line);
    return EXIT.done;
  });
