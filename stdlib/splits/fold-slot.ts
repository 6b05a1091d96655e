/** The input by which a model's fit in a fold arrives; models count from 0, folds from 1. */
export function foldSlot(model: number, fold: number): string {
  return `model[${model}].fold${fold}`;
}
