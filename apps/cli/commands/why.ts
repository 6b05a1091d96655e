import { namesStep } from '../../../compiler/plan/step-names.ts';
import { didYouMean } from '../../../grammar/index.ts';
import type { ChangedColumn } from '../../session/session.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { failure } from '../failure.ts';
import { openPlan } from '../open-plan.ts';
import { safeJson } from '../render/safe-json.ts';
import { renderWhy, whyJson } from '../render/why-view.ts';

/** `mlp why FILE STEP` */
export const why: RunCommand = (context, { args: [file = '', name = ''] }) =>
  context.withSession(async (session) => {
    const { preview } = await openPlan(session, file, context);
    const one = preview.steps.find(({ step }) => namesStep(name, step.name));
    if (one === undefined) {
      const known = preview.steps.map(({ step }) => step.name);
      throw failure('unknown-target', { name, known, suggestion: didYouMean(name, known) });
    }
    const found = await session.find(preview, one.step.name);
    const isColumnNew = one.reasons.some(({ part, before, after }) => part.startsWith('column:') && before !== null && after !== null);
    const columns = isColumnNew ? await session.compareInputs(preview, one) : new Map<string, ChangedColumn>();
    const answer = { preview: one, record: found.found ? found.record : undefined, columns };
    const { flags, terminal } = context;
    if (flags.json) terminal.print(safeJson(whyJson(answer), 2));
    else for (const line of renderWhy(answer, terminal.view())) terminal.print(line);
    return EXIT.done;
  });
