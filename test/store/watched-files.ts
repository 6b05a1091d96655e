import { nodeFiles, type Files } from '../../runtime/store/files.ts';

/** One operation, with the paths that it was given. */
export interface Operation {
  readonly verb: keyof Files;
  readonly path: string;
  readonly to?: string;
}

export interface WatchedFiles {
  readonly files: Files;
  readonly operations: Operation[];
  /** Makes operations fail as the system would: with this error code, where the test says so. */
  fail: ((operation: Operation) => string | undefined) | undefined;
}

/** The real file system, with a list of what was done, and faults where a test wants them. */
export function watchFiles(): WatchedFiles {
  const watched: WatchedFiles = {
    operations: [],
    fail: undefined,
    files: Object.fromEntries(
      Object.entries(nodeFiles).map(([verb, original]) => [
        verb,
        (path: string, second?: unknown) => {
          const twoPaths = verb === 'link' || verb === 'rename' || verb === 'copy' || verb === 'moveNow';
          const operation: Operation = {
            verb: verb as keyof Files,
            path,
            ...(twoPaths ? { to: second as string } : {}),
          };
          watched.operations.push(operation);
          const code = watched.fail?.(operation);
          const now = verb.endsWith('Now') || verb === 'chunks';
          if (code !== undefined) {
            const error = Object.assign(new Error(`${code}: it failed, ${verb}`), { code, path });
            if (now) throw error;
            return Promise.reject(error);
          }
          return (original as (path: string, second?: unknown) => unknown)(path, second);
        },
      ]),
    ) as unknown as Files,
  };
  return watched;
}
