import type { CommandSpec } from './command.ts';
import { limitOptions } from './limits.ts';

/** The commands of this version, in the order in which help lists them. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'fmt',
    args: '[files...]',
    summary: 'lay out pipeline files in the one canonical form; comments are kept',
    options: [['--check', 'change nothing; list the files that would change and exit with 1']],
    examples: ['mlp fmt', 'mlp fmt --check pipelines/flights.mlp'],
    load: async () => (await import('./commands/fmt.ts')).fmt,
  },
  {
    name: 'check',
    args: '<files...>',
    summary: 'report all errors and warnings; run nothing',
    options: [],
    examples: ['mlp check pipelines/flights.mlp', 'mlp check pipelines/*.mlp --json'],
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'test',
    args: '<files...>',
    summary: "run the pipelines' tests: queries on literal rows; results are neither read nor kept",
    options: [],
    examples: ['mlp test pipelines/flights.mlp', 'mlp test pipelines/*.mlp --json', 'mlp test pipelines/flights.mlp --target legs'],
    load: async () => (await import('./commands/test.ts')).test,
  },
  {
    name: 'plan',
    args: '<file>',
    summary: 'preview: what would run, why, and how long it would take; run nothing',
    options: [
      ['--exit-code', 'exit with 2 if there is something to do'],
      ['-o, --out <plan>', 'save the plan (not part of this version)'],
    ],
    examples: ['mlp plan pipelines/flights.mlp', 'mlp plan pipelines/flights.mlp --param max_rows=100_000 --target gbm'],
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'apply',
    args: '<file>',
    summary: 'run what the preview shows; nothing runs twice, nothing is destroyed',
    options: limitOptions,
    examples: ['mlp apply pipelines/flights.mlp', 'mlp apply pipelines/flights.mlp --threads 2 --memory 4GB'],
    load: async () => (await import('./commands/apply.ts')).apply,
  },
  {
    name: 'watch',
    args: '<file>',
    summary: 'on every save: check, show what changed, run it; deployments never run from here',
    options: limitOptions,
    examples: ['mlp watch pipelines/flights.mlp', 'mlp watch pipelines/flights.mlp --target gbm --param max_rows=100_000'],
    load: async () => (await import('./commands/watch.ts')).watch,
  },
  {
    name: 'why',
    args: '<file> <step>',
    summary: 'why a step is cached, would run, or last ran',
    options: [],
    examples: ['mlp why pipelines/flights.mlp gbm'],
    load: async () => (await import('./commands/why.ts')).why,
  },
  {
    name: 'show',
    args: '<file> [name]',
    summary: 'what a step has made: rows and columns, metrics, importance, findings',
    options: [['--rows <n>', 'rows of a table that are shown (10)']],
    examples: ['mlp show pipelines/flights.mlp', 'mlp show pipelines/flights.mlp flights.quarantine', 'mlp show pipelines/flights.mlp scores --json'],
    load: async () => (await import('./commands/show.ts')).show,
  },
  {
    name: 'runs',
    args: '<file>',
    summary: 'the runs of a pipeline, newest first: when, how they ended, what they came to',
    options: [['-n, --limit <n>', 'runs that are listed (20)']],
    examples: ['mlp runs pipelines/flights.mlp', 'mlp runs pipelines/flights.mlp --limit 100 --json'],
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  {
    name: 'diff',
    args: '<file> [run] [other]',
    summary: 'what differs between two runs in plan, data, metrics and time; without any, the last two',
    options: [],
    examples: ['mlp diff pipelines/flights.mlp', 'mlp diff pipelines/flights.mlp latest~2 latest', 'mlp diff pipelines/flights.mlp 3fa2'],
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'predict',
    args: '<file> <model> <input>',
    summary: 'apply fitted features and a model to new rows; their target need not be known',
    options: [
      ['-o, --out <out>', 'the file to write: .parquet .csv .ndjson .arrow; `-`: standard output, in CSV'],
      ['--from <source>', 'the rows are like the files of this source: run the SQL between'],
      ['--threads <n>', 'processor threads'],
    ],
    examples: ['mlp predict pipelines/flights.mlp gbm new-legs.parquet -o late.parquet', 'mlp predict pipelines/flights.mlp champion flights.csv --from flights -o late.csv'],
    load: async () => (await import('./commands/predict.ts')).predict,
  },
  {
    name: 'export',
    args: '<file> <name>',
    summary: "write what a step has made to a file, in the form that the file's extension names",
    options: [['-o, --out <out>', 'the file to write: .parquet .csv .ndjson .arrow, .ubj .json']],
    examples: ['mlp export pipelines/flights.mlp legs -o legs.parquet', 'mlp export pipelines/flights.mlp gbm -o gbm.ubj'],
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'kinds',
    args: '[kind]',
    summary: 'what a pipeline can be made of; of one kind its inputs, parameters and an example',
    options: [],
    examples: ['mlp kinds', 'mlp kinds xgboost'],
    load: async () => (await import('./commands/kinds.ts')).kinds,
  },
  {
    name: 'graph',
    args: '<file>',
    summary: "a picture of the pipeline with each step's state; without -o, Mermaid",
    options: [['-o, --out <out>', 'the file to write: .svg .mmd .dot']],
    examples: ['mlp graph pipelines/flights.mlp -o flights.svg', 'mlp graph pipelines/flights.mlp >> README.md'],
    load: async () => (await import('./commands/graph.ts')).graph,
  },
];

/** Commands of the contract that come in a later version. */
export const laterCommands = ['init', 'verify', 'store', 'doctor', 'lsp'] as const;
