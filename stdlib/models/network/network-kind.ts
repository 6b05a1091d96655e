import type { Kind } from '../../../compiler/kinds/kind.ts';
import { NETWORK_ENGINES } from './open-networks.ts';
import { runNetwork } from './run-network.ts';

/** A kind that trains a network: what differs from others, with what all of them have. */
export function networkKind(own: Pick<Kind, 'name' | 'version' | 'doc' | 'example' | 'params' | 'infer'>): Kind {
  return {
    ...own,
    keyword: 'model',
    inputs: [{ name: 'x', accepts: ['features'], doc: 'Features and their target.' }],
    unkeyed: ['device'],
    engine: NETWORK_ENGINES,
    arithmetic: true,
    seeded: true,
    guarantee: 'platform',
    sequential: true,
    run: runNetwork,
  };
}
