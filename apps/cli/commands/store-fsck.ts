import { checkStore, type StoreCheck, unopened } from '../../../runtime/store/upkeep/check-store.ts';
import { mendStore } from '../../../runtime/store/upkeep/mend-store.ts';
import { openStore, type Store } from '../../../runtime/store/store.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { formatBytes } from '../render/format.ts';
import { safeJson } from '../render/safe-json.ts';
import { checkJson, renderCheck } from '../render/store-check-view.ts';

/** `mlp store fsck [--mend]` */
export const storeFsck: RunCommand = (context, { options }) =>
  context.withSession(async (session) => {
    const { flags, terminal } = context;
    const mends = options['mend'] === true;
    const root = session.storeFolder;
    const store = await openToCheck(root, mends);
    const check = await withProgress(context, (onProgress) => checkStore(store, { onProgress }));
    const moved = mends && check.faults.length > 0 ? await mendStore(store, check) : [];
    if (flags.json) terminal.print(safeJson(checkJson(root, check, moved), 2));
    else for (const line of renderCheck({ root, check, mended: mends, moved }, terminal.view())) terminal.print(line);
    return check.faults.length === 0 ? EXIT.done : EXIT.damaged;
  });

/** A damaged version is moved aside by the first opening, and written anew by the second. */
async function openToCheck(root: string, mends: boolean): Promise<Store> {
  try {
    return await openStore(root, { access: mends ? 'write' : 'read' });
  } catch (error) {
    if (!mends) throw error;
    unopened(error);
    return openStore(root, { access: 'write' });
  }
}

async function withProgress(context: CommandContext, work: (onProgress: (done: number, all: number) => void) => Promise<StoreCheck>): Promise<StoreCheck> {
  const { flags, terminal } = context;
  const live = flags.json || flags.quiet ? undefined : await terminal.openLive?.();
  let shown = 0;
  try {
    return await work((done, all) => {
      if (live === undefined || performance.now() - shown < 100) return;
      shown = performance.now();
      live.show([`comparing ${formatBytes(done)} of ${formatBytes(all)}`]);
    });
  } finally {
    live?.close();
  }
}
