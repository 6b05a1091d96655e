import type { Json } from '../../compiler/json.ts';
import { hasClasses, type ColumnType, type Task } from '../../compiler/types.ts';

/** What the author said of the task, beside the target's type. */
export interface TaskWords {
  readonly task?: Task;
  readonly positive?: Json;
}

/** Why a task cannot be had: the target's type does not fit it, or `positive:` stands where no two classes are. */
export type TaskProblem = 'type' | 'positive';

/** The task that a target of this type sets. */
export function inferTask(type: ColumnType, { task, positive }: TaskWords): Task | { readonly problem: TaskProblem } {
  const told = task ?? (positive === undefined ? usualTask(type) : 'binary');
  if (told === undefined || !fits(type, told)) return { problem: 'type' };
  return positive !== undefined && told !== 'binary' ? { problem: 'positive' } : told;
}

function usualTask(type: ColumnType): Task | undefined {
  switch (type.kind) {
    case 'bool':
      return 'binary';
    case 'string':
      return 'multiclass';
    case 'int':
    case 'float':
    case 'decimal':
      return 'regression';
    default:
      return undefined;
  }
}

/** Classes are told apart by their text, which floats and decimals do not have a single one of. */
function fits(type: ColumnType, task: Task): boolean {
  switch (type.kind) {
    case 'bool':
      return task === 'binary' || task === 'ranking';
    case 'string':
      return hasClasses(task);
    case 'int':
      return true;
    case 'float':
    case 'decimal':
      return task === 'regression';
    default:
      return false;
  }
}
