import type { InferInput } from '../kinds/kind.ts';
import type { PlanInput } from '../plan/plan.ts';
import type { ModelType, ValueType } from '../types.ts';

/** The plan's inputs that a declared input stands for: a set of features stands on a split, and that on a table. */
export function expandInput(input: Extract<InferInput, { kind: 'value' }>, columns: readonly string[] | undefined): PlanInput[] {
  const { slot, type, step, part } = input;
  switch (type.kind) {
    case 'table':
      return [{ slot, step, part, ...(columns === undefined ? {} : { columns }) }];
    case 'split':
      return expandSplit(slot, type, columns);
    case 'part':
      return expandSplit(`${slot}.${type.part}`, type.split, columns);
    case 'features':
      return expandFeatures(slot, type, columns);
    case 'model':
      return expandModel(slot, type);
    case 'report-part':
      return [{ slot, step: type.report.step, part: type.part }];
    case 'report':
      return type.parts.map((one) => ({ slot: `${slot}.${one}`, step, part: one }));
    case 'choice':
    case 'check':
    case 'measure':
      return [{ slot, step, part }];
  }
}

/** The codes of a split, and of its table the columns that are read. */
export function expandSplit(slot: string, split: Extract<ValueType, { kind: 'split' }>, columns: readonly string[] | undefined): PlanInput[] {
  return [
    { slot, step: split.step, part: 'value' },
    { slot: `${slot}.table`, step: split.table, part: 'value', ...(columns === undefined ? {} : { columns }) },
  ];
}

/** Features with the split and the table that they stand on. */
export function expandFeatures(slot: string, { step, split, reads }: Extract<ValueType, { kind: 'features' }>, read = reads): PlanInput[] {
  const columns = [...new Set([...read, split.target.name])].sort();
  return [
    { slot, step, part: 'value' },
    { slot: `${slot}.split`, step: split.step, part: 'value' },
    { slot: `${slot}.table`, step: split.table, part: 'value', columns },
  ];
}

/** The sets of features that a model looks at, with what they stand on. */
export function expandFeatureSets(slot: string, { features }: ModelType): PlanInput[] {
  return features.flatMap((set, index) => expandFeatures(`${slot}[${index}]`, set));
}

/** A model itself: its features are no part of it. */
export function expandModel(slot: string, { step }: ModelType): PlanInput[] {
  return [{ slot, step, part: 'value' }];
}
