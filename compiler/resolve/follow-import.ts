import type { DeclarationItem, ImportedName, Item, ParamItem } from '../../grammar/index.ts';
import type { LoadedFile } from '../program.ts';

/** An item that a name of a file stands for, in the file that declares it. */
export interface Declared {
  readonly file: LoadedFile;
  readonly item: DeclarationItem | ParamItem;
}

/** What a file declares or imports under a name, followed to the file that declares it. `folded` is lower-cased. */
export function findDeclared(file: LoadedFile, folded: string): Declared | undefined {
  const item = declaredIn(file.document.items, folded);
  if (item !== undefined) return { file, item };
  for (const [{ names }, target] of file.imports) {
    const imported = names.find((one) => localName(one).text.toLowerCase() === folded);
    if (imported !== undefined) return findDeclared(target, imported.name.text.toLowerCase());
  }
  return undefined;
}

/** The name that an import gives to what it brings in. */
export function localName({ name, alias }: ImportedName): ImportedName['name'] {
  return alias ?? name;
}

function declaredIn(items: readonly Item[], folded: string): DeclarationItem | ParamItem | undefined {
  for (const item of items) {
    if ((item.kind === 'declaration' || item.kind === 'param') && item.name.text.toLowerCase() === folded) return item;
    const inner = item.kind === 'for' ? declaredIn(item.items, folded) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Every name that a file declares or imports, in the order of its lines. */
export function namesOfFile(items: readonly Item[]): string[] {
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'declaration':
      case 'param':
        return [item.name.text];
      case 'import':
        return item.names.map((one) => localName(one).text);
      case 'for':
        return namesOfFile(item.items);
      default:
        return [];
    }
  });
}
