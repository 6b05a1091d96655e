import type { Entry, ImportedName, Item, Value } from './ast.ts';

/**
 * Whether a node says what it is. Where a name or a value is missing, the parser puts an empty word in its place to be
 * able to go on; what hangs on such a word is left out of the tree, so that nobody reports an unknown name ``.
 */
export function isUnderstood(node: Item | ImportedName | Entry | Value): boolean {
  switch (node.kind) {
    case 'declaration':
      return node.keyword.text !== '' && node.name.text !== '' && node.call.name.text !== '';
    case 'param':
    case 'imported-name':
      return node.name.text !== '' && (node.kind === 'param' || node.alias?.text !== '');
    case 'entry':
      return (node.key.text !== '' || node.key.quoted) && isUnderstood(node.value);
    case 'word-value':
      return node.text !== '';
    case 'call':
    case 'reference':
      return node.name.text !== '';
    case 'optional':
      return isUnderstood(node.inner);
    default:
      return true;
  }
}
