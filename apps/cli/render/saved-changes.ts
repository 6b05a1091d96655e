import type { SavedChange } from '../../../compiler/plan/compare-saved.ts';
import { LOCK_FILE } from '../../session/find-project.ts';
import { describeReason } from './reasons.ts';
import { clean } from './text.ts';

/** The characters of a digest by which people tell it from another. */
const SHORT_DIGEST = 8;

/** What has changed since a plan was saved, in one line: `data/flights.csv 3f2a91c0… → 91bc07d2…`, `gbm: eta 0.1 → 0.05`. */
export function describeSavedChange(change: SavedChange): string {
  const { part, before, after, step } = change;
  const at = part.indexOf(':');
  const [what, name] = at < 0 ? [part, ''] : [part.slice(0, at), clean(part.slice(at + 1))];
  const own = step === undefined ? '' : `\`${clean(step)}\`: `;
  switch (what) {
    case 'environment':
      return `${name} ${shown(before, 'not set')} → ${shown(after, 'not set')}`;
    case 'engine':
      // Of a step it is not one whose version changed, but another engine.
      return step !== undefined ? own + describeReason(change) : `${name === 'duckdb' ? '' : `${LOCK_FILE} `}${name} ${shown(before, '–')} → ${shown(after, '–')}`;
    case 'package':
      return `${own}package ${name} ${shown(before, 'none')} → ${shown(after, 'none')}`;
    case 'source':
      return `${own}${name} ${shown(before, 'not there')} → ${shown(after, 'gone')}`;
    case 'step':
      return after === null ? `the step \`${clean(step ?? '')}\` is gone` : `the step \`${clean(step ?? '')}\` is new`;
    case 'input':
      return `${own}reads ${shown(before, 'nothing')} → ${shown(after, 'nothing')}`;
    case 'after':
      return `${own}waits for the checks ${shown(before, 'none')} → ${shown(after, 'none')}`;
    case 'doer':
      return `${own}${name === 'fusedInto' ? 'runs inside' : 'is the same as'} ${shown(before, 'none')} → ${shown(after, 'none')}`;
    case 'result':
      return `${own}its result ${shown(before, 'none')} → no longer in the store`;
    case 'key':
      return `${own}its inputs were made anew, with another content: key ${shown(before, 'none')} → ${shown(after, 'none')}`;
    default:
      return own + describeReason(change);
  }
}

function shown(value: string | null, absent: string): string {
  return value === null || value === '' ? absent : clean(value).replace(/[0-9a-f]{64}/g, (digest) => `${digest.slice(0, SHORT_DIGEST)}…`);
}
