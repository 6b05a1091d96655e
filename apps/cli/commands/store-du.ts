import { measureStore } from '../../../runtime/store/upkeep/measure-store.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { safeJson } from '../render/safe-json.ts';
import { renderStoreSize, storeSizeJson } from '../render/store-du-view.ts';

/** `mlp store du` */
export const storeDu: RunCommand = (context) =>
  context.withSession(async (session) => {
    const { flags, terminal } = context;
    const store = await session.openStore();
    const size = await measureStore(store);
    if (flags.json) terminal.print(safeJson(storeSizeJson(store.root, size), 2));
    else for (const line of renderStoreSize(store.root, size, terminal.view())) terminal.print(line);
    return EXIT.done;
  });
