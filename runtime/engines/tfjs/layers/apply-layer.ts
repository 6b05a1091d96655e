import type { Tensor } from '@tensorflow/tfjs-core';
import type { Layer, ResidualLayer } from '../../../networks/description.ts';
import { applyAttention } from './attention.ts';
import { applyBatchNorm } from './batch-norm.ts';
import { applyConvolution } from './convolution.ts';
import { applyDense } from './dense.ts';
import type { AppliedLayer, LayerPass } from './layer-pass.ts';
import { applyLayerNorm } from './layer-norm.ts';
import { applyGlobalPool, applyPool } from './pooling.ts';
import { applyBidirectional, applyRecurrent } from './recurrent.ts';

/** Applies a layer to a batch. */
export function applyLayer(pass: LayerPass, layer: Layer, input: Tensor): AppliedLayer {
  switch (layer.kind) {
    case 'dense':
      return applyDense(pass, layer, input);
    case 'conv1d':
    case 'conv2d':
      return applyConvolution(pass, layer, input);
    case 'max_pool':
    case 'average_pool':
      return applyPool(pass, layer, input);
    case 'global_max_pool':
    case 'global_average_pool':
      return applyGlobalPool(pass, layer, input);
    case 'batch_norm':
      return applyBatchNorm(pass, layer, input);
    case 'layer_norm':
      return applyLayerNorm(pass, layer, input);
    case 'lstm':
    case 'gru':
      return applyRecurrent(pass, layer, input);
    case 'bidirectional':
      return applyBidirectional(pass, layer, input);
    case 'attention':
      return applyAttention(pass, layer, input);
    case 'residual':
      return applyResidual(pass, layer, input);
    case 'flatten':
      return applyFlatten(pass, input);
    case 'dropout':
      return applyDropout(pass, input);
  }
}

function applyResidual(pass: LayerPass, { layers }: ResidualLayer, input: Tensor): AppliedLayer {
  const { tf } = pass;
  let values = input;
  const applied = layers.map((layer): AppliedLayer => {
    const one = applyLayer(pass, layer, values);
    values = one.output;
    return one;
  });
  return {
    output: tf.add(input, values),
    back: (gradient) => {
      let back = gradient;
      const own = applied.toReversed().map((one) => {
        const found = one.back(back, false);
        back = found.ofInput as Tensor;
        return found.own;
      });
      return { ofInput: tf.add(gradient, back), own: own.toReversed().flat() };
    },
  };
}

function applyFlatten({ tf, rows }: LayerPass, input: Tensor): AppliedLayer {
  return { output: tf.reshape(input, [rows, -1]), back: (gradient) => ({ ofInput: tf.reshape(gradient, input.shape), own: [] }) };
}

function applyDropout({ tf, training, mask }: LayerPass, input: Tensor): AppliedLayer {
  if (!training) return { output: input, back: (gradient) => ({ ofInput: gradient, own: [] }) };
  const kept = mask(input.shape);
  return { output: tf.mul(input, kept), back: (gradient) => ({ ofInput: tf.mul(gradient, kept), own: [] }) };
}
