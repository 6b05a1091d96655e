import { collectStore, planCollection } from '../../../runtime/store/upkeep/collect-store.ts';
import type { KeepRules } from '../../../runtime/store/upkeep/find-roots.ts';
import { openStore } from '../../../runtime/store/store.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { failure } from '../failure.ts';
import { asText, asTexts, readCount } from '../flags.ts';
import { safeJson } from '../render/safe-json.ts';
import { collectionJson, renderCollection } from '../render/store-gc-view.ts';

/** `mlp store gc [--delete]`: without it, what would go is told, and nothing is. */
export const storeGc: RunCommand = (context, { options }) =>
  context.withSession(async (session) => {
    const { flags, terminal } = context;
    const deletes = options['delete'] === true;
    const seconds = readAge(asText(options['newerThan']));
    const rules: KeepRules = { runs: readCount(options, 'keep-runs') ?? 1, ...(seconds === undefined ? {} : { seconds }), forget: asTexts(options['forget']) };
    const store = await openStore(session.storeFolder, { access: deletes ? 'write' : 'read' });
    const collection = await (deletes ? collectStore : planCollection)(store, rules);
    const view = { root: store.root, collection, deleted: deletes };
    if (flags.json) terminal.print(safeJson(collectionJson(view), 2));
    else for (const line of renderCollection(view, terminal.view())) terminal.print(line);
    return EXIT.done;
  });

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

function readAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = ''] = /^(\d+)\s*([smhdw])$/.exec(text) ?? [];
  if (digits === undefined) throw failure('usage', { problem: `\`--newer-than\` takes an age, found \`${text}\``, hint: 'as in `30d` or `12h`' });
  return Number(digits) * (SECONDS[unit] ?? 1);
}
