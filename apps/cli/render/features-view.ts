import type { FittedCategory, FittedFeature, FittedFeatures, FittedNumber } from '../../../stdlib/features/fitted.ts';
import { formatNumber } from './format.ts';
import { clean, count, displayWidth, hanging, pad, truncateMiddle, type View } from './text.ts';

/** Each feature: what it is made from, and what was fitted on the training rows. */
export function renderFeatures({ features, rows, target }: FittedFeatures, view: View): string[] {
  const longest = Math.floor(view.width / 3);
  const names = features.map(({ column }) => truncateMiddle(clean(column), longest));
  const width = Math.max(0, ...names.map(displayWidth));
  const typeWidth = Math.max(0, ...features.map(({ type }) => type.length));
  const lines = features.flatMap((feature, index) => {
    const label = `  ${view.paint('bold', pad(names[index] ?? '', width))}  ${view.paint('dim', pad(feature.type, typeWidth))}  `;
    return hanging(label, describeFeature(feature), view.width);
  });
  return [...hanging('  ', `fitted on ${count(rows, 'training row')}; the target is ${clean(target)}`, view.width).map((line) => view.paint('dim', line)), ...lines];
}

function describeFeature(feature: FittedFeature): string {
  return feature.kind === 'number' ? describeNumber(feature) : describeCategory(feature);
}

function describeNumber({ impute, scale }: FittedNumber): string {
  const parts = ['number'];
  if (impute !== undefined) parts.push(`missing is ${formatNumber(impute)}`);
  if (scale?.kind === 'standard') parts.push(`standard: mean ${formatNumber(scale.mean)}, deviation ${formatNumber(scale.std)}`);
  if (scale?.kind === 'min_max') parts.push(`min_max: ${formatNumber(scale.min)} .. ${formatNumber(scale.min + scale.range)}`);
  return parts.join('; ');
}

function describeCategory({ levels, missing, impute, encoding }: FittedCategory): string {
  const parts = [`${encoding.kind} of ${count(levels.length, 'level')}`];
  if (encoding.kind === 'one_hot' && encoding.other !== undefined) parts.push(`fewer than ${encoding.min_count} rows are ${clean(encoding.other)}`);
  if (encoding.kind === 'target_mean') parts.push(`mean ${formatNumber(encoding.mean)}, smoothing ${formatNumber(encoding.smoothing)}, ${count(encoding.folds.length, 'fold')}`);
  if (impute !== undefined) parts.push(`missing is ${clean(impute)}`);
  else if (missing > 0) parts.push(`${formatNumber(missing)} missing`);
  return parts.join('; ');
}
