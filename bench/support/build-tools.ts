import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildToolsPython } from './peers-python.ts';

/** Another program that runs steps of files: how a folder is made ready for it, and its command lines. */
export interface BuildTool {
  readonly name: string;
  /** Writes what declares some steps: a copy of a file each, of one file or of the step before, the last one of a file of its own. */
  readonly declare: (folder: string, steps: number, shape: Shape) => void;
  readonly run: CommandLine;
  /** Makes a folder as a run of everything would leave it; by that run, unless there is a faster way. */
  readonly settle: (folder: string, steps: number, shape: Shape) => CommandLine;
  /** Steps beyond which it is not measured: it would take minutes. */
  readonly most: number;
  /** Steps of a first run that is measured. */
  readonly first: number;
  /** Says what there is to do, and does nothing. */
  readonly look: CommandLine;
}

/** Whether steps stand side by side or in a chain. */
export type Shape = 'independent' | 'chain';

/** A program and its arguments. */
export type CommandLine = readonly [command: string, ...args: readonly string[]];

/** The file that the last step reads: a leaf of its own. */
export const LEAF = 'leaf.csv';

function inputOf(step: number, steps: number, shape: Shape): string {
  if (shape === 'chain') return step === 0 ? 't.csv' : `out/${step - 1}.csv`;
  return step === steps - 1 ? LEAF : 't.csv';
}

function edges(steps: number, shape: Shape): { readonly step: number; readonly input: string }[] {
  return Array.from({ length: steps }, (_, step) => ({ step, input: inputOf(step, steps, shape) }));
}

/** DVC, Snakemake and ninja, from PyPI. */
export function buildTools(): readonly BuildTool[] {
  const python = buildToolsPython();
  const dvc: CommandLine = [python, '-m', 'dvc'];
  const ninja = join(dirname(python), 'ninja');
  const snakemake: CommandLine = [python, '-m', 'snakemake', '--quiet', 'all'];
  return [
    {
      name: 'DVC',
      declare: (folder, steps, shape) => {
        execFileSync(python, ['-m', 'dvc', 'init', '--no-scm', '--quiet', '--force'], { cwd: folder, env: { ...process.env, DVC_NO_ANALYTICS: '1' } });
        mkdirSync(join(folder, 'out'), { recursive: true });
        const stages = edges(steps, shape).map(({ step, input }) => `  s${step}:\n    cmd: cp ${input} out/${step}.csv\n    deps: [${input}]\n    outs: [out/${step}.csv]`);
        writeFileSync(join(folder, 'dvc.yaml'), `stages:\n${stages.join('\n')}\n`);
      },
      run: [...dvc, 'repro', '--quiet'],
      // A first run of a thousand stages takes it minutes; `commit` takes down outputs that are there as those of their stages.
      settle: (folder, steps) => {
        for (let step = 0; step < steps; step++) copyFileSync(join(folder, step === steps - 1 ? LEAF : 't.csv'), join(folder, 'out', `${step}.csv`));
        return [...dvc, 'commit', '--quiet', '--force'];
      },
      most: 1000,
      first: 50,
      look: [...dvc, 'status', '--quiet'],
    },
    {
      name: 'Snakemake',
      declare: (folder, steps, shape) => {
        const rules = edges(steps, shape).map(({ step, input }) => `rule s${step}:\n    input: "${input}"\n    output: "out/${step}.csv"\n    shell: "cp {input} {output}"`);
        writeFileSync(join(folder, 'Snakefile'), `rule all:\n    input: ${edges(steps, shape).map(({ step }) => `"out/${step}.csv"`).join(', ')}\n${rules.join('\n')}\n`);
      },
      run: [...snakemake, '--cores', '2'],
      settle: () => [...snakemake, '--cores', '2'],
      most: 1000,
      first: 200,
      look: [...snakemake, '--cores', '2', '--dry-run'],
    },
    {
      name: 'ninja',
      declare: (folder, steps, shape) => {
        writeFileSync(join(folder, 'build.ninja'), `rule cp\n  command = cp $in $out\n${edges(steps, shape).map(({ step, input }) => `build out/${step}.csv: cp ${input}`).join('\n')}\n`);
      },
      run: [ninja, '--quiet'],
      settle: () => [ninja, '--quiet'],
      most: 10_000,
      first: 200,
      look: [ninja, '-n', '--quiet'],
    },
  ];
}
