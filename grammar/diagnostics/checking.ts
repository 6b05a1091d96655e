import { composing } from './composing.ts';
import { ensembles } from './ensembles.ts';
import { entry } from './entry.ts';
import { listed } from './listed.ts';
import { networks } from './networks.ts';
import { tables } from './tables.ts';
import { tests } from './tests.ts';

/** What the compiler finds. */
export const checking = {
  ...composing,
  ...tables,
  ...tests,
  ...ensembles,
  ...networks,
  'no-declarations': entry<object>({
    severity: 'error',
    message: () => 'the file declares nothing',
    hint: () => 'start with a source: `source rows = csv("data.csv")`',
  }),
  'second-pipeline': entry<object>({
    severity: 'error',
    message: () => 'a file has one `pipeline` block',
  }),
  'unknown-keyword': entry<{ keyword: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ keyword }) => `\`${keyword}\` is not a keyword`,
    hint: ({ known, suggestion }) => suggestion ?? `a declaration begins with ${listed(known)}`,
  }),
  'unknown-kind': entry<{ name: string; keyword: string; kinds: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name, keyword }) => `there is no kind \`${name}\` of \`${keyword}\``,
    hint: ({ keyword, kinds, suggestion }) =>
      suggestion ?? (kinds.length === 0 ? `no kind of \`${keyword}\` is part of this version of mlp` : `the kinds of \`${keyword}\` are ${listed(kinds)}`),
  }),
  'unfit-kind': entry<{ name: string; keyword: string; kinds: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name, keyword }) => `\`${name}\` is no kind of ${keyword} that learns from features`,
    hint: ({ kinds, suggestion }) => suggestion ?? `these do: ${listed(kinds)}`,
  }),
  'kind-with-inputs': entry<{ kind: string }>({
    severity: 'error',
    message: ({ kind }) => `\`${kind}\` is given its inputs here, and takes parameters alone, by their names`,
    hint: ({ kind }) => `write \`${kind}\`, or \`${kind}(key: value)\``,
  }),
  'wrong-keyword': entry<{ keyword: string; kind: string; right: string }>({
    severity: 'error',
    message: ({ keyword, kind, right }) => `\`${kind}\` makes a \`${right}\`, not a \`${keyword}\``,
    hint: ({ right }) => `write \`${right}\` here`,
  }),
  'duplicate-name': entry<{ name: string; first: string }>({
    severity: 'error',
    message: ({ name, first }) =>
      name === first ? `\`${name}\` is declared twice` : `\`${name}\` and \`${first}\` differ in case only, which SQL does not see`,
    hint: () => 'give one of them another name',
  }),
  'duplicate-key': entry<{ key: string }>({
    severity: 'error',
    message: ({ key }) => `\`${key}\` is given twice`,
  }),
  'unknown-key': entry<{ key: string; of: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ key, of }) => `\`${of}\` has no \`${key}\``,
    hint: ({ of, known, suggestion }) => suggestion ?? (known.length === 0 ? `\`${of}\` takes nothing` : `it takes ${listed(known)}`),
  }),
  'missing-key': entry<{ key: string; of: string; isCall: boolean; expected: string }>({
    severity: 'error',
    message: ({ key, of }) => `\`${of}\` needs \`${key}\``,
    hint: ({ key, of, isCall, expected }) => (isCall ? `write \`${of}(${key})\`, with ${expected}` : `add \`${key}:\` with ${expected}`),
  }),
  'wrong-value': entry<{ name: string; expected: string; found?: string | undefined }>({
    severity: 'error',
    message: ({ name, expected, found }) => `\`${name}\` must be ${expected}${found === undefined ? '' : `, found ${found}`}`,
  }),
  'lone-item': entry<{ item: string }>({
    severity: 'error',
    message: () => 'a list is expected here',
    hint: ({ item }) => `write \`[${item}]\``,
  }),
  'unknown-word': entry<{ word: string; expected: string | undefined; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ word }) => `\`${word}\` means nothing here`,
    hint: ({ expected, suggestion }) => suggestion ?? (expected === undefined ? 'text stands in quotes' : `this takes ${expected}`),
  }),
  'unknown-constructor': entry<{ name: string; expected: string | undefined; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `\`${name}(…)\` cannot stand here`,
    hint: ({ expected, suggestion }) => suggestion ?? (expected === undefined ? undefined : `this takes ${expected}`),
  }),
  'too-many-arguments': entry<{ name: string; takes: readonly string[] }>({
    severity: 'error',
    message: ({ name, takes }) => `\`${name}\` takes ${takes.length === 0 ? 'no arguments' : `only ${listed(takes)}`}`,
  }),
  'declaration-as-value': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `\`${name}\` is a declaration: data flows in through the inputs, not through parameters`,
  }),
  'type-as-value': entry<object>({
    severity: 'error',
    message: () => 'a type that may be null cannot stand here',
  }),
  'unknown-type': entry<{ name: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name }) => (name === '' ? 'expected a type' : `there is no type \`${name}\``),
    hint: ({ known, suggestion }) => suggestion ?? `the types are ${listed(known)}`,
  }),
  'type-arguments': entry<{ type: string }>({
    severity: 'error',
    message: ({ type }) => `the arguments of \`${type}\` are wrong`,
    hint: ({ type }) => ({ decimal: 'write `decimal(9, 2)`', list: 'write `list(int)`', struct: 'write `struct(a: int, b: string)`' })[type] ?? `write \`${type}\`, or \`${type}(where: "…")\``,
  }),
  'inner-where': entry<object>({
    severity: 'error',
    message: () => 'a condition is of a whole column, not of what is inside its values',
    hint: () => 'put `where:` at the type of the column, as in `list(int, where: "len(xs) > 0")`',
  }),
  'empty-range': entry<object>({
    severity: 'error',
    message: () => 'nothing is in this range: its lower end is above its upper end',
    hint: () => 'write the smaller end first',
  }),
  'unknown-param': entry<{ name: string; known: readonly string[]; importable: string | undefined; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `the pipeline has no param \`${name}\``,
    hint: ({ name, known, importable, suggestion }) =>
      (importable === undefined ? suggestion : `\`${importable}\` has it: \`import { ${name} } from …\` makes it one of this file`) ?? (known.length === 0 ? 'it has none' : `its params are ${listed(known)}`),
  }),
  'unknown-param-name': entry<{ name: string; like?: string; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `there is no param \`${name}\``,
    hint: ({ name, like = '"…"', suggestion }) => suggestion ?? `declare it: \`param ${name} = ${like}\``,
  }),
  'param-without-type': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `the param \`${name}\` has no type`,
    hint: ({ name }) => `write \`param ${name}: int = 1\``,
  }),
  'param-missing': entry<{ name: string; expected: string; variable: string }>({
    severity: 'error',
    message: ({ name, expected }) => `the param \`${name}\` has no default and was not given: it must be ${expected}`,
    hint: ({ name, variable }) => `give it with \`--param ${name}=…\`, or in the environment as \`${variable}\``,
  }),
  'param-value': entry<{ name: string; expected: string; by: string; found: string }>({
    severity: 'error',
    message: ({ name, expected, by, found }) => `the param \`${name}\` must be ${expected}, \`${by}\` gave \`${found}\``,
  }),
  'param-in-quotes': entry<{ name: string; quote: string }>({
    severity: 'error',
    message: ({ name }) => `\`\${${name}}\` stands for a value and cannot be inside quotes`,
    hint: ({ name }) => `write \`\${${name}}\` without the quotes; to join texts use \`'…' || \${${name}}\``,
  }),
  'unknown-target': entry<{ name: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `the pipeline has no step \`${name}\``,
    hint: ({ known, suggestion }) => suggestion ?? `its steps are ${listed(known)}`,
  }),
  'unknown-name': entry<{ name: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `nothing is called \`${name}\``,
    hint: ({ known, suggestion }) => suggestion ?? (known.length === 0 ? 'nothing else is declared' : `declared are ${listed(known, 12)}`),
  }),
  'unknown-part': entry<{ name: string; part: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name, part }) => `\`${name}\` has no part \`${part}\``,
    hint: ({ known, suggestion }) => suggestion ?? (known.length === 0 ? 'it has no parts' : `its parts are ${listed(known)}`),
  }),
  'not-a-collection': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `\`${name}\` was not made by a \`for\`: it has no members to choose from`,
  }),
  'named-input': entry<{ key: string; kind: string; isInput: boolean }>({
    severity: 'error',
    message: ({ key, kind, isInput }) => `the inputs of \`${kind}\` have no names${isInput ? '' : `: \`${key}:\` belongs between braces`}`,
    hint: ({ key, kind, isInput }) => (isInput ? `leave \`${key}:\` out` : `write \`${kind}(…) { ${key}: … }\``),
  }),
  'missing-input': entry<{ kind: string; wanted: string }>({
    severity: 'error',
    message: ({ kind, wanted }) => `\`${kind}\` needs ${wanted} between its parentheses`,
  }),
  'too-many-inputs': entry<{ kind: string; takes: string }>({
    severity: 'error',
    message: ({ kind, takes }) => `\`${kind}\` takes ${takes}, and no more`,
  }),
  'wrong-input': entry<{ kind: string; wanted: string; found: string; hint?: string | undefined }>({
    severity: 'error',
    message: ({ kind, wanted, found }) => `\`${kind}\` takes ${wanted}, found ${found}`,
    hint: ({ hint }) => hint,
  }),
  'unknown-column': entry<{ name: string; table: string; columns: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name, table }) => `\`${table}\` has no column \`${name}\``,
    hint: ({ table, columns, suggestion }) => suggestion ?? (columns.length === 0 ? undefined : `\`${table}\` has ${listed(columns, 12)}`),
  }),
  cycle: entry<{ chain: readonly string[] }>({
    severity: 'error',
    message: ({ chain }) => (chain.length === 2 ? `\`${chain[0]}\` reads itself` : `these declarations read each other: ${chain.join(' → ')}`),
    hint: () => 'data flows one way; take one of these references out',
  }),
  'test-touched': entry<{ name: string; done: string; part: string }>({
    severity: 'error',
    message: ({ name, done, part }) => `\`${name}\` is ${done} \`${part}\``,
    hint: () => 'test rows are for the last judgement alone: use the validation part',
  }),
  'scored-on-fit': entry<{ model: string; part: string; fitted: string }>({
    severity: 'error',
    message: ({ model, part, fitted }) =>
      part === fitted
        ? `\`${model}\` would be scored on \`${part}\`, which it was fitted on`
        : `\`${model}\` would be scored on \`${part}\`, which shares rows with \`${fitted}\`, which it was fitted on`,
    hint: () => 'a score on rows that a model has seen says nothing about new ones',
  }),
  'different-splits': entry<{ model: string; split: string; first: string; other: string }>({
    severity: 'error',
    message: ({ model, split, first, other }) =>
      `\`${model}\` was trained on \`${split}\` and \`${first}\` on \`${other}\`: their scores are not of the same rows`,
    hint: () => 'evaluate them in reports of their own, or train them on one split',
  }),
  'chosen-by-test': entry<{ name: string; report: string }>({
    severity: 'error',
    message: ({ name }) => `\`${name}\` would choose by test scores`,
    hint: ({ report }) => `choose by \`${report}.validate\`: test rows that chose a model can no longer judge it`,
  }),
  'shares-of-split': entry<{ total: string; empty?: string | undefined }>({
    severity: 'error',
    message: ({ total, empty }) =>
      empty === undefined ? `the shares of a split add up to 100%, these to ${total}` : `the shares leave nothing for \`${empty}\``,
    hint: ({ empty }) => (empty === undefined ? 'leave one out, and it is the rest' : 'every part needs rows: make the others smaller'),
  }),
  'not-together': entry<{ one: string; other: string; why: string }>({
    severity: 'error',
    message: ({ one, other }) => `\`${one}\` and \`${other}\` cannot stand together`,
    hint: ({ why }) => why,
  }),
  'folds-of-time': entry<{ split: string; time: string }>({
    severity: 'error',
    message: ({ split }) => `\`${split}\` cuts by time, and folds of its training rows would be judged by models that know what came later`,
    hint: ({ split, time }) => `leave \`folds\` out: \`${split}.validate\` comes after the training rows; if \`${time}\` does not matter, split by \`holdout\``,
  }),
  'unfit-time': entry<{ column: string; type: string }>({
    severity: 'error',
    message: ({ column, type }) => `\`${column}\` is ${type}, by which rows have no order in time`,
    hint: ({ column }) => `name a date, a timestamp or a whole number such as a year, or convert it in SQL: \`CAST(${column} AS TIMESTAMP)\``,
  }),
  'unfit-step': entry<{ column: string; type: string }>({
    severity: 'error',
    message: ({ column, type }) => `\`${column}\` is ${type}, which is no number of a step`,
    hint: ({ column, type }) => (type === 'string' ? `make numbers of it in SQL, such as \`${column} = 'rain'\`` : 'make a number of it in SQL'),
  }),
  'windows-torn': entry<{ time: string; entity: readonly string[] }>({
    severity: 'error',
    message: () => 'windows that overlap would be in several parts: what a model was trained on would judge it',
    hint: ({ time, entity }) => `cut them by their own time, \`by_time(…) { time: ${time} }\`${entity.length === 0 ? '' : `, or keep what they tell of together: \`holdout(…) { group: ${entity.length === 1 ? entity[0] : `[${entity.join(', ')}]`} }\``}`,
  }),
  'unfit-size': entry<{ size: readonly number[] }>({
    severity: 'error',
    message: ({ size }) => `\`size\` is the height and the width of images, and [${size.join(', ')}] has ${size.length === 1 ? 'one number' : `${size.length} numbers`}`,
    hint: ({ size: [height = 28, width = height, channels] }) => `write \`size: [${height}, ${width}]\`${channels === undefined ? '' : `, and \`channels: ${channels === 1 ? 'gray' : 'rgb'}\``}`,
  }),
  'unfit-gap': entry<{ column: string; type: string }>({
    severity: 'error',
    message: ({ column, type }) => `a gap in \`${column}\`, which is ${type}, is ${type === 'int' ? 'a whole number' : 'a duration'}`,
    hint: ({ type }) => (type === 'int' ? 'write `gap: 2`' : 'write `gap: 7d`'),
  }),
  'unfit-cut': entry<{ key: string; column: string; type: string; found: string }>({
    severity: 'error',
    message: ({ column, type, found }) => `${found} is no ${type} at which \`${column}\` could be cut`,
    hint: ({ key, type }) => (type === 'int' ? `write a whole number: \`${key}: 2015\`` : `write \`${key}: "2015-01-31"\`, or \`"2015-01-31 12:00:00"\``),
  }),
  'cuts-of-split': entry<{ missing?: string | undefined }>({
    severity: 'error',
    message: ({ missing }) => (missing === undefined ? '`test_from` is not after `validate_from`' : `\`${missing}\` is missing: two cuts make three parts`),
    hint: ({ missing }) => (missing === undefined ? 'training rows come first, then validation, then test' : `add \`${missing}\`, or cut by shares instead`),
  }),
  'unfit-target': entry<{ column: string; type: string; task: string | undefined }>({
    severity: 'error',
    message: ({ column, type, task }) =>
      task === undefined ? `\`${column}\` is ${type}, which nothing can be trained to predict` : `\`${column}\` is ${type}, which is no target of a ${task} task`,
    hint: ({ task }) =>
      task === 'ranking' ? 'grade rows by whole numbers, 0 for what is not relevant, or by a condition' : task === undefined || task === 'regression' ? 'make a number, a text or a condition of it in SQL' : 'make a text, a whole number or a condition of it in SQL',
  }),
  'positive-without-two-classes': entry<{ task: string }>({
    severity: 'error',
    message: ({ task }) => `\`positive\` names one of two classes, and the task is ${task}`,
    hint: () => 'take `positive` out, or say `task: binary`',
  }),
  'not-a-feature': entry<{ column: string; type: string; way: string | undefined; used: boolean }>({
    severity: 'error',
    message: ({ column, type }) => `\`${column}\` is ${type}, which cannot be a feature as it is`,
    hint: ({ column, way, used }) =>
      `${used ? 'take it out of `use`' : `drop it (\`drop: [${column}]\`)`}${way === undefined ? '' : `, or ${way}`}`,
  }),
  'target-as-feature': entry<{ column: string }>({
    severity: 'error',
    message: ({ column }) => `\`${column}\` is the target of the split: as a feature it would tell what is to be predicted`,
    hint: () => 'take it out of `use`',
  }),
  'use-and-drop': entry<object>({
    severity: 'error',
    message: () => '`use` lists all that is used, so there is nothing to `drop`',
    hint: () => 'keep one of the two',
  }),
  'no-features': entry<{ split: string }>({
    severity: 'error',
    message: ({ split }) => `no column of \`${split}\` is left to be a feature`,
    hint: () => 'drop less, or add columns to the table that is split',
  }),
  'column-not-used': entry<{ column: string; key: string; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ column, key }) => `\`${key}\` names \`${column}\`, which is not among the features`,
    hint: ({ suggestion }) => suggestion ?? 'take it out here, or add it to `use`',
  }),
  'feature-twice': entry<{ name: string; from: string; other: string }>({
    severity: 'error',
    message: ({ name, from, other }) => `two features would be called \`${name}\`: one made from \`${from}\`, one from \`${other}\``,
    hint: () => 'give one of the columns another name in SQL',
  }),
  'unfit-transform': entry<{ column: string; type: string; transform: string; wants: string }>({
    severity: 'error',
    message: ({ column, type, transform, wants }) => `\`${transform}\` needs ${wants}, and \`${column}\` is ${type}`,
  }),
  'target-mean-of-classes': entry<{ column: string }>({
    severity: 'error',
    message: ({ column }) => `\`target_mean\` of \`${column}\` needs a target with two classes or a number, and this one has several classes`,
    hint: () => 'use `one_hot`, `ordinal` or `native`',
  }),
  'metric-unfit': entry<{ metric: string; task: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ metric, task }) => `\`${metric}\` is no metric of a ${task} task`,
    hint: ({ known, suggestion }) => (suggestion === undefined ? `its metrics are ${listed(known)}` : `did you mean \`${suggestion}\`?`),
  }),
  'param-unfit': entry<{ param: string; task: string; tasks: readonly string[] }>({
    severity: 'error',
    message: ({ param, task, tasks }) => `\`${param}\` is for ${tasks.join(' and ')} tasks, and this one is ${task}`,
    hint: ({ param }) => `leave \`${param}\` out`,
  }),
  'nothing-to-adjust': entry<{ model: string; binary: boolean }>({
    severity: 'error',
    message: ({ model }) => `this says nothing that would change \`${model}\``,
    hint: ({ binary }) => (binary ? 'write `calibrate: sigmoid`, `threshold: max_f1`, or both' : 'write `calibrate: sigmoid`'),
  }),
  'not-adjustable': entry<{ model: string; adjusts: string | undefined }>({
    severity: 'error',
    message: ({ model, adjusts }) => (adjusts === undefined ? `\`${model}\` predicts a number: it has neither probabilities nor a threshold` : `\`${model}\` is adjusted already`),
    hint: ({ adjusts }) => (adjusts === undefined ? 'only a model of classes can be adjusted' : `adjust \`${adjusts}\` instead: \`calibrate\` and \`threshold\` stand in one block, calibration comes first`),
  }),
  'choice-metric': entry<{ both: boolean }>({
    severity: 'error',
    message: ({ both }) => (both ? 'a choice has one metric: `maximize` or `minimize`, not both' : 'a choice needs a metric'),
    hint: () => 'write `maximize: auc`, or `minimize: rmse`',
  }),
  'metric-not-in-report': entry<{ metric: string; report: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ metric, report }) => `the report \`${report}\` does not hold \`${metric}\``,
    hint: ({ known }) => `it holds ${listed(known)}`,
  }),
  'wrong-direction': entry<{ metric: string; right: string }>({
    severity: 'error',
    message: ({ metric }) => `a choice by \`${metric}\` the other way round takes the worst model`,
    hint: ({ metric, right }) => `write \`${right}: ${metric}\``,
  }),
  'wrong-task': entry<{ kind: string; task: string; target: string; instead: string }>({
    severity: 'error',
    message: ({ kind, task, target }) => `\`${kind}\` cannot predict \`${target}\`: the task is ${task}`,
    hint: ({ instead }) => `use \`${instead}\`, or give the split the task you mean`,
  }),
  'alias-twice': entry<{ name: string; alias: string }>({
    severity: 'error',
    message: ({ name, alias }) => `\`${alias}\` is another name of \`${name}\`, which is given too`,
    hint: () => 'give one of them',
  }),
  'objective-unfit': entry<{ objective: string; task: string; target: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ objective, task, target }) => `\`${objective}\` is no objective for \`${target}\`: the task is ${task}`,
    hint: ({ known }) => `its objectives are ${listed(known)}`,
  }),
  'param-needs': entry<{ name: string; needs: string; hint: string }>({
    severity: 'error',
    message: ({ name, needs }) => `\`${name}\` does nothing without \`${needs}\``,
    hint: ({ hint }) => hint,
  }),
  'not-among-features': entry<{ name: string; known: readonly string[]; suggestion: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `\`${name}\` is not among the features`,
    hint: ({ known, suggestion }) => suggestion ?? `they are ${listed(known, 12)}`,
  }),
  'weight-as-feature': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `\`${name}\` is the weight of a row and a feature too`,
    hint: ({ name }) => `add it to the \`drop\` of the features: \`drop: [${name}]\``,
  }),
  'weight-without-classes': entry<{ target: string }>({
    severity: 'error',
    message: ({ target }) => `\`class_weight\` weighs classes, and \`${target}\` is a number`,
    hint: () => 'take it out; `weight` names a column that says how much each row counts',
  }),
};
