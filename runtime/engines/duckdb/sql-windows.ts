import { classifyFunction } from '../../../compiler/sql/functions.ts';
import { calledFunction } from './sql-functions.ts';
import { copyTree, nodesAt, textAt, type TreeNode } from './tree.ts';

/** What a call over rows needs so that it comes out the same whatever order the rows come in. */
export type OrderNeed =
  | { readonly kind: 'none' }
  /** The keys in this list have to be completed by expressions that tell rows apart. */
  | { readonly kind: 'rows'; readonly list: string }
  /** The keys in this list have to be completed by the call's arguments. */
  | { readonly kind: 'arguments'; readonly list: string }
  | { readonly kind: 'problem'; readonly message: string; readonly hint: string };

const none: OrderNeed = { kind: 'none' };

/** What a call of an aggregate that is no window needs. Rows that agree in its arguments are the same to it. */
export function aggregateNeed(call: TreeNode): OrderNeed {
  const name = calledFunction(call) ?? '';
  const group = classifyFunction(name);
  if (nodesAt(orderOf(call), 'orders').length > 0) return { kind: 'arguments', list: 'order_bys' };
  return group === 'ordered' ? unordered(name) : none;
}

function orderOf(call: TreeNode): TreeNode | undefined {
  const order = call['order_bys'];
  return typeof order === 'object' && order !== null && !Array.isArray(order) ? order : undefined;
}

function unordered(name: string): OrderNeed {
  return {
    kind: 'problem',
    message: `the result of \`${name}\` depends on the order in which it sees the rows`,
    // Macros take no ORDER BY.
    hint: name.startsWith('json_group')
      ? 'say the order: `to_json(list(… ORDER BY …))`'
      : `say the order: \`${name}(… ORDER BY …)\``,
  };
}

/** What a window function needs, in the list of keys of its OVER, or of its arguments. */
export function windowNeeds(window: TreeNode): readonly OrderNeed[] {
  const name = calledFunction(window) ?? '';
  const group = classifyFunction(name);
  const byRows = boundsInRows(window);
  const inside = nodesAt(window, 'arg_orders').length > 0;
  if (group === 'rank') return [none];
  if (group === 'position') {
    const frame: OrderNeed = byRows ? overNeed(window, name) : none;
    return inside ? [{ kind: 'rows', list: 'arg_orders' }, frame] : [positionNeed(window, name)];
  }
  const own: OrderNeed = inside
    ? { kind: 'arguments', list: 'arg_orders' }
    : group === 'ordered'
      ? unordered(name)
      : none;
  return [own, byRows ? overNeed(window, name) : none];
}

function overNeed(window: TreeNode, name: string): OrderNeed {
  if (nodesAt(window, 'orders').length === 0) {
    return {
      kind: 'problem',
      message: `\`${name}\` looks at rows by their place, and its OVER gives them no order`,
      hint: 'say the order: `OVER (… ORDER BY …)`',
    };
  }
  if (['TIES', 'GROUP'].includes(textAt(window, 'exclude_clause'))) {
    return {
      kind: 'problem',
      message: `\`${name}\` has a frame in ROWS that excludes ties: which rows are left depends on their order`,
      hint: 'give the frame in GROUPS or RANGE, or leave EXCLUDE out',
    };
  }
  return { kind: 'rows', list: 'orders' };
}

/**
 * Completing the keys of an OVER leaves no two rows tied, which changes what a frame in RANGE or GROUPS means, unless the
 * function does not look at the frame, or only at an end of it that does not move.
 */
function positionNeed(window: TreeNode, name: string): OrderNeed {
  const need = overNeed(window, name);
  if (need.kind !== 'rows' || ['row_number', 'ntile', 'lag', 'lead'].includes(name)) return need;
  const bounds = [textAt(window, 'start'), textAt(window, 'end')];
  if (bounds.every((bound) => bound.startsWith('UNBOUNDED') || bound.endsWith('_ROWS'))) return need;
  if (name === 'first_value' && bounds[0] === 'UNBOUNDED_PRECEDING' && window['ignore_nulls'] !== true) return need;
  return {
    kind: 'problem',
    message: `which of the rows that tie \`${name}\` takes depends on their order`,
    hint: 'give it a frame in rows: `OVER (… ORDER BY … ROWS BETWEEN … AND …)`',
  };
}

function boundsInRows(window: TreeNode): boolean {
  const bounds = [textAt(window, 'start'), textAt(window, 'end')];
  return bounds.some((bound) => bound.endsWith('_ROWS')) && !bounds.every((bound) => bound.startsWith('UNBOUNDED'));
}

/** Adds keys to a list of keys, ascending, nulls last. */
export function addKeys(owner: TreeNode, list: string, keys: readonly TreeNode[]): void {
  const holder = list === 'order_bys' ? orderOf(owner) : owner;
  if (holder === undefined) return;
  const at = list === 'order_bys' ? 'orders' : list;
  holder[at] = [...nodesAt(holder, at), ...keys.map(ascending)];
}

/** A key of an ORDER BY. */
export function ascending(expression: TreeNode): TreeNode {
  return { type: 'ASCENDING', null_order: 'NULLS LAST', expression: copyTree(expression) };
}
