import type { Checkpoints } from '../../compiler/kinds/run.ts';

/** Checkpoints in memory; what was saved stays in `saved`. */
export function memoryCheckpoint(saved: Uint8Array[] = []): Checkpoints {
  return {
    load: async () => saved.at(-1),
    save: async (bytes) => {
      saved.push(bytes);
    },
  };
}
