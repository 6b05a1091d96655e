import { LEAKY_SLOPE, type Activation } from '../../networks/description.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { Output } from './library.ts';

/** Adds an activation to a graph. */
export function addActivation(builder: GraphBuilder, activation: Activation, z: Output): Output {
  switch (activation) {
    case 'linear':
      return z;
    case 'leaky_relu':
      return builder.add('LeakyRelu', [z], { alpha: { kind: 'float', value: LEAKY_SLOPE } });
    case 'gelu': {
      // Hendrycks and Gimpel 2016: times the normal distribution's share below.
      const share = builder.add('AddV2', [builder.add('Erf', [builder.add('Mul', [z, builder.number(Math.SQRT1_2)])]), builder.number(1)]);
      return builder.add('Mul', [z, builder.add('Mul', [share, builder.number(0.5)])]);
    }
    case 'swish':
      return builder.add('Mul', [z, builder.add('Sigmoid', [z])]);
    default:
      return builder.add(OPERATIONS[activation], [z]);
  }
}

const OPERATIONS = { relu: 'Relu', elu: 'Elu', selu: 'Selu', softplus: 'Softplus', sigmoid: 'Sigmoid', tanh: 'Tanh' } as const satisfies Partial<Record<Activation, string>>;
