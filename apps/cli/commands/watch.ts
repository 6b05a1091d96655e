import type { Compiled, Session } from '../../session/session.ts';
import { watchFiles, type FileWatcher } from '../../watch/watch-files.ts';
import { openWatchLoop, type WatchLoop } from '../../watch/watch-loop.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { readLimits } from '../limits.ts';
import { humanView, jsonView, type WatchView } from '../watch-view.ts';

/**
 * `mlp watch FILE`: plans and runs the file now and after every change of what it reads, until it is told to end. A
 * second one on the same project does no harm: what one has made the other finds, or makes again with the same result.
 */
export const watch: RunCommand = async (context, given) => {
  const limits = readLimits(given);
  const [file = ''] = given.args;
  return context.withSession(
    async (session) => {
      const { flags, terminal } = context;
      const live = flags.json || flags.quiet ? undefined : await terminal.openLive?.();
      const watched = { context, session, file };
      const view = flags.json ? jsonView(watched) : humanView(watched, live);
      const files: { watcher?: FileWatcher } = {};
      try {
        return await untilEnd({ context, session, view }, (first) => {
          const loop = openWatchLoop({
            file,
            session,
            listener: { ...view, onWrong: orRefuse(first, view.onWrong) },
            apply: { ...limits, onEvent: view.onEvent, onFetch: view.onFetch },
            watch: async (reads, since) => {
              files.watcher ??= await watchFiles((paths) => {
                const changed = paths.filter((path) => !session.isOurs(path));
                if (changed.length === 0) return;
                view.onChange(changed);
                loop.replan();
              });
              await files.watcher.watch(reads, since);
              view.onWatch(reads);
            },
          });
          return loop;
        });
      } finally {
        await files.watcher?.close();
        await view.close();
      }
    },
    { work: 'often' },
  );
};

interface Watching {
  readonly context: CommandContext;
  readonly session: Session;
  readonly view: WatchView;
}

/** Runs the loop until a key or a signal ends it. Cut off in the middle of a run, that is `cancelled`. */
async function untilEnd({ context, session, view }: Watching, open: (refuse: (failure: Failure) => void) => WatchLoop): Promise<number> {
  let end: () => void = () => undefined;
  let refuse: (failure: Failure) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    refuse = reject;
  });
  const loop = open((failure) => refuse(failure));
  const releaseSignals = context.onInterrupt(() => {
    view.note('ending: what is finished is kept; Ctrl-C again ends at once');
    end();
  });
  const releaseKeys = context.flags.json ? undefined : context.terminal.openKeys?.((key) => {
    if (key === 'q') end();
    if (key === '\r' || key === '\n') loop.replan();
  });
  try {
    session.warm();
    loop.replan();
    await ended;
    return (await loop.quit()) ? EXIT.cancelled : EXIT.done;
  } finally {
    releaseKeys?.();
    releaseSignals();
  }
}

/** A file that is not there when the watch begins was most likely named wrongly; later, it is waited for. */
function orRefuse(refuse: (failure: Failure) => void, onWrong: (compiled: Compiled) => void): (compiled: Compiled) => void {
  let isFirst = true;
  return (compiled) => {
    const { diagnostics, textOf } = compiled;
    if (isFirst && diagnostics.some(({ code }) => code === 'pipeline-unreadable')) refuse(new Failure(diagnostics, { textOf }));
    else onWrong(compiled);
    isFirst = false;
  };
}
