/** The kinds whose models are networks. */
export const NETWORK_KINDS: readonly string[] = ['network', 'mlp', 'cnn', 'rnn'];
