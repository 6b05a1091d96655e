import { appendFileSync, statSync } from 'node:fs';
import { nodeFiles, type Files } from '../../../runtime/store/files.ts';
import { TAKES_ROOM, wrapFiles, type Fault } from '../faulty-files.ts';

/**
 * The file system, on which one operation of a run is struck, by the number that it has among those of all the run's
 * processes: they count in a file. The environment says which (`MLP_TEST_STRIKE=kill:120`) and where they count.
 */
export function struckFiles(): Files {
  const [fault, at = ''] = (process.env['MLP_TEST_STRIKE'] ?? '').split(':') as [Fault | '', string?];
  const counter = process.env['MLP_TEST_COUNTER'];
  if (counter === undefined) return nodeFiles;
  return wrapFiles(nodeFiles, ({ verb, path }, run) => {
    appendFileSync(counter, '.');
    const count = statSync(counter).size;
    if (fault === '' || count < Number(at)) return run();
    if (fault === 'ENOSPC' ? TAKES_ROOM.has(verb) : fault === 'EIO' && count === Number(at)) {
      const error = Object.assign(new Error(`${fault}: it failed, ${verb}`), { code: fault, path });
      if (verb.endsWith('Now') || verb === 'chunks') throw error;
      return Promise.reject(error);
    }
    if (fault === 'kill' && count === Number(at)) process.kill(process.pid, 'SIGKILL');
    // Half-way through: what it did is there, and nobody hears of it.
    if (fault === 'tear' && count === Number(at)) {
      const answer = run();
      if (answer instanceof Promise) return answer.finally(() => process.kill(process.pid, 'SIGKILL'));
      process.kill(process.pid, 'SIGKILL');
    }
    return run();
  });
}
