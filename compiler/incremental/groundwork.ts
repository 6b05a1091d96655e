import type { Item } from '../../grammar/index.ts';
import type { Dependencies } from '../link/find-dependencies.ts';
import type { LoweredDeclaration } from '../lower/lower-plan.ts';
import type { LoadedFile } from '../program.ts';
import { namesOfFile } from '../resolve/follow-import.ts';

/** What a compilation of a file leaves, as plain data, for that of the file's next text. */
export interface Groundwork {
  readonly text: string;
  /** The items of the file, in the order of its lines. */
  readonly units: readonly Unit[];
}

/** An item of a file, with what stands before it: from the end of the unit before to its own. */
export interface Unit {
  readonly kind: Item['kind'];
  /** Where the item starts, in the first column of a line, and ends. */
  readonly start: number;
  readonly end: number;
  /** The names that it declares, lower-cased. */
  readonly names: readonly string[];
  /** What its declarations became: one, or those of the rounds of a loop. */
  readonly declarations: readonly KeptDeclaration[];
}

/** A declaration with its steps, and the names of the steps that it reads. */
export interface KeptDeclaration extends LoweredDeclaration {
  readonly reads: readonly string[];
}

/** What groundwork is laid with. */
export interface LaidProgram {
  readonly files: readonly LoadedFile[];
  readonly declarations: readonly LoweredDeclaration[];
  readonly dependencies: Dependencies;
  /** The names of the declarations, and where each starts, in the order of their lines. */
  readonly order: readonly { readonly name: string; readonly start: number }[];
}

/**
 * Keeps what became of the items of a sound file; nothing where they cannot be told from each other by their lines, or
 * where the file imports others.
 */
export function layGroundwork({ files, declarations, dependencies, order }: LaidProgram): Groundwork | undefined {
  const [file] = files;
  if (file === undefined || files.length > 1) return undefined;
  const { text, document } = file;
  const units = unitsOf(document.items);
  if (!units.every(({ start }) => startsLine(text, start))) return undefined;
  const steps = new Map(declarations.map((one) => [one.name, one.steps]));
  let next = 0;
  const filled = units.map((unit): Unit => {
    const own: KeptDeclaration[] = [];
    for (let one = order[next]; one !== undefined && one.start < unit.end; one = order[(next += 1)]) {
      own.push({ name: one.name, reads: dependencies.get(one.name) ?? [], steps: steps.get(one.name) ?? [] });
    }
    return { ...unit, declarations: own };
  });
  return { text, units: filled };
}

/** The units of items, of which nothing is known yet but what is seen. */
export function unitsOf(items: readonly Item[], offset = 0): Unit[] {
  return items.map((item) => ({
    kind: item.kind,
    start: item.span.start + offset,
    end: item.span.end + offset,
    names: namesOfFile([item]).map((name) => name.toLowerCase()),
    declarations: [],
  }));
}

/** Whether an offset is in the first column of a line. */
export function startsLine(text: string, offset: number): boolean {
  return offset === 0 || text[offset - 1] === '\n';
}
