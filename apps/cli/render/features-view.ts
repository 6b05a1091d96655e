import { featureNamesOf } from '../../../stdlib/features/feature-names.ts';
import type { FittedCategory, FittedDate, FittedFeature, FittedFeatures, FittedHash, FittedNumber, FittedScale, FittedText } from '../../../stdlib/features/fitted.ts';
import { formatNumber } from './format.ts';
import { clean, count, displayWidth, hanging, pad, truncateMiddle, type View } from './text.ts';

/** Below so many columns, what a feature is made from has none of its own. */
const NARROW = 60;

/** Each feature: its name, the column and type that it is made from, and what was fitted on the training rows. */
export function renderFeatures(fitted: FittedFeatures, view: View): string[] {
  const { features, rows, target } = fitted;
  const longest = Math.floor(view.width / 3);
  const shown = features.flatMap(linesOf);
  const names = shown.map(({ name }) => truncateMiddle(clean(name), longest));
  const sources = shown.map(({ feature, name }) => (name === feature.column ? feature.type : `${feature.type} ${truncateMiddle(clean(feature.column), longest)}`));
  const width = Math.max(0, ...names.map(displayWidth));
  const isNarrow = view.width < NARROW;
  const sourceWidth = Math.max(0, ...sources.map(displayWidth));
  const total = features.reduce((sum, feature) => sum + featureNamesOf(feature).length, 0);
  const lines = shown.flatMap(({ text }, index) => {
    const name = `  ${view.paint('bold', pad(names[index] ?? '', width))}  `;
    const source = sources[index] ?? '';
    return isNarrow ? hanging(name, `${source}: ${text}`, view.width) : hanging(`${name}${view.paint('dim', pad(source, sourceWidth))}  `, text, view.width);
  });
  const head = `${count(total, 'feature')} fitted on ${count(rows, 'training row')}; the target is ${clean(target)}`;
  return [...hanging('  ', head, view.width).map((line) => view.paint('dim', line)), ...lines];
}

/**
 * What `show --json` prints of features: `{"target", "rows", "features": [{"column", "type", "kind": "number" | "category" |
 * "hash" | "date" | "text", "makes": [NAME…], …}]}`, one a column, with the names of the features that it becomes and all
 * that was fitted for it, as the artifact has it.
 */
export function featuresJson(fitted: FittedFeatures): Record<string, unknown> {
  return { ...fitted, features: fitted.features.map((feature) => ({ ...feature, makes: featureNamesOf(feature) })) };
}

interface Line {
  readonly name: string;
  readonly feature: FittedFeature;
  readonly text: string;
}

/** A line for each feature; one for all that a text becomes. */
function linesOf(feature: FittedFeature): Line[] {
  const { indicator, drop } = feature;
  const dropped = drop === true ? '; training rows without it are dropped' : '';
  const beside: Line[] = indicator === undefined ? [] : [{ name: indicator, feature, text: `1 where ${clean(feature.column)} is missing, else 0` }];
  switch (feature.kind) {
    case 'number':
      return [{ name: feature.column, feature, text: describeNumber(feature) + dropped }, ...beside];
    case 'category':
      return [{ name: feature.column, feature, text: describeCategory(feature) + dropped }, ...beside];
    case 'hash':
      return [{ name: feature.column, feature, text: describeHash(feature) + dropped }, ...beside];
    case 'date':
      return [...datesOf(feature, dropped), ...beside];
    case 'array':
      return [{ name: feature.column, feature, text: `${feature.shape.join(' by ')} numbers of a list${dropped}` }, ...beside];
    case 'text':
      return [{ name: feature.column, feature, text: describeText(feature) + dropped }, ...beside];
  }
}

function datesOf(feature: FittedDate, dropped: string): Line[] {
  return feature.parts.map((made) => ({ name: made.name, feature, text: ('wave' in made ? `${made.wave === 'sin' ? 'sine' : 'cosine'} of the ${made.part}, once round` : made.part) + dropped }));
}

function describeNumber({ impute, clip, log, bins, scale }: FittedNumber): string {
  const parts = [bins === undefined || bins.as === 'ordinal' ? 'number' : `${bins.as} of bins`];
  if (impute !== undefined) parts.push(`missing is ${formatNumber(impute)}`);
  if (clip !== undefined) parts.push(`clip: ${clip.low === undefined ? '' : formatNumber(clip.low)} .. ${clip.high === undefined ? '' : formatNumber(clip.high)}`);
  if (log !== undefined) parts.push(log === 'log1p' ? 'log1p: ln(1 + x)' : 'signed log: sign(x) · ln(1 + |x|)');
  if (bins !== undefined) parts.push(`${count(bins.cuts.length + 1, 'bin')}, cut at ${bins.cuts.map(formatNumber).join(', ')}`);
  if (scale !== undefined) parts.push(describeScale(scale));
  return parts.join('; ');
}

function describeScale(scale: FittedScale): string {
  switch (scale.kind) {
    case 'standard':
      return `standard: mean ${formatNumber(scale.mean)}, deviation ${formatNumber(scale.std)}`;
    case 'min_max':
      return `min_max: ${formatNumber(scale.min)} .. ${formatNumber(scale.min + scale.range)}`;
    case 'robust':
      return `robust: median ${formatNumber(scale.center)}, between quartiles ${formatNumber(scale.range)}`;
    case 'quantile':
      return `quantile: ${count(scale.quantiles.length, 'quantile')}, ${formatNumber(scale.quantiles[0] ?? 0)} .. ${formatNumber(scale.quantiles.at(-1) ?? 0)}`;
  }
}

function describeCategory({ levels, missing, impute, encoding }: FittedCategory): string {
  const parts = [`${encoding.kind} of ${count(levels.length, 'level')}`];
  if (encoding.kind === 'one_hot' && encoding.other !== undefined) parts.push(`fewer than ${encoding.min_count} rows are ${clean(encoding.other)}`);
  if (encoding.kind === 'target_mean') parts.push(`mean ${formatNumber(encoding.mean)}, smoothing ${formatNumber(encoding.smoothing)}, ${count(encoding.folds.length, 'fold')}`);
  if (impute !== undefined) parts.push(`missing is ${clean(impute)}`);
  else if (missing > 0) parts.push(`${formatNumber(missing)} missing`);
  return parts.join('; ');
}

function describeHash({ buckets, impute }: FittedHash): string {
  return `hash into ${count(buckets, 'bucket')}${impute === undefined ? '' : `; missing is ${clean(impute)}`}`;
}

function describeText({ n: [low, high], buckets }: FittedText): string {
  const words = low === high ? count(low, 'word') : `${low} to ${high} words`;
  return `${count(buckets, 'feature')} that count ${high === 1 ? 'words' : `runs of ${words}`}, by hash`;
}
