import type { Loss, NetworkDescription } from '../../networks/description.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { Output } from './library.ts';

/** What a loss compares: outputs of shape (rows, `width`); truth and each row's share of the mean, of shape (rows). */
export interface Compared {
  readonly outputs: Output;
  readonly width: number;
  readonly truth: Output;
  readonly shares: Output;
}

/** Adds the gradient of the mean loss by the outputs, in their shape: what `computeLoss` calls its gradient. */
export function addLossGradient(builder: GraphBuilder, { loss, smoothing = 0 }: Pick<NetworkDescription, 'loss' | 'smoothing'>, { outputs, width, truth, shares }: Compared): Output {
  const column = (vector: Output): Output => builder.add('Reshape', [vector, builder.integers([-1, 1])]);
  const slope = loss === 'multiclass' ? slopeOfSoftmax(builder, outputs, { truth, width, smoothing }) : slopeOfNumber(builder, loss, outputs, column(loss === 'binary' ? smoothed(builder, truth, smoothing) : truth));
  return builder.add('Mul', [slope, column(shares)]);
}

function smoothed(builder: GraphBuilder, truth: Output, smoothing: number): Output {
  if (smoothing === 0) return truth;
  return builder.add('AddV2', [builder.add('Mul', [truth, builder.number(1 - smoothing)]), builder.number(smoothing / 2)]);
}

function slopeOfSoftmax(builder: GraphBuilder, outputs: Output, { truth, width, smoothing }: Pick<Compared, 'truth' | 'width'> & { readonly smoothing: number }): Output {
  const codes = builder.add('Cast', [truth], { DstT: { kind: 'type', value: 'int32' } });
  const classes = builder.add('OneHot', [codes, builder.integer(width), builder.number(1 - smoothing + smoothing / width), builder.number(smoothing / width)]);
  return builder.add('Sub', [builder.add('Softmax', [outputs]), classes]);
}

function slopeOfNumber(builder: GraphBuilder, loss: Exclude<Loss, 'multiclass'>, outputs: Output, truth: Output): Output {
  if (loss === 'binary') return builder.add('Sub', [builder.add('Sigmoid', [outputs]), truth]);
  const error = builder.add('Sub', [outputs, truth]);
  switch (loss) {
    case 'squared':
      return error;
    case 'absolute':
      return builder.add('Sign', [error]);
    case 'huber':
      return builder.add('ClipByValue', [error, builder.number(-1), builder.number(1)]);
  }
}
