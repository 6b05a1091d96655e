import { relative, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { findProject } from '../session/find-project.ts';

/** The pipelines below the project's folder, by paths that are relative to where the command was started. */
export async function findPipelines(folder: string): Promise<readonly string[]> {
  const project = findProject(folder);
  const found = await glob('**/*.mlp', { cwd: project, ignore: ['**/node_modules/**', '**/.mlp/**'], dot: false });
  return found.map((file) => relative(folder, resolve(project, file))).sort();
}
