import type { Layer } from '../../../runtime/networks/description.ts';

/** A layer as the language writes it. */
export function layerText(layer: Layer): string {
  switch (layer.kind) {
    case 'dense':
      return `dense(${layer.units}, ${layer.activation})`;
    case 'conv1d':
    case 'conv2d':
      return `${layer.kind}(${layer.filters}, ${sizeText(layer.size)}, ${layer.activation})`;
    case 'max_pool':
    case 'average_pool':
      return `${layer.kind}(${sizeText(layer.size)})`;
    case 'lstm':
    case 'gru':
      return `${layer.kind}(${layer.units}${layer.sequence ? ', sequence: true' : ''})`;
    case 'bidirectional':
      return `bidirectional(${layerText(layer.layer)})`;
    case 'attention':
      return `attention(${layer.num_heads}, ${layer.key_dim})`;
    case 'residual':
      return `residual([${layer.layers.map(layerText).join(', ')}])`;
    case 'dropout':
      return `dropout(${layer.rate})`;
    case 'batch_norm':
    case 'layer_norm':
    case 'flatten':
    case 'global_max_pool':
    case 'global_average_pool':
      return layer.kind;
  }
}

function sizeText(size: readonly number[]): string {
  const [first] = size;
  return size.every((one) => one === first) ? String(first) : `[${size.join(', ')}]`;
}
