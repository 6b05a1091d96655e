import type { Different } from './edit.ts';
import { IMPORTED, SOURCE } from './edit.ts';

/** Edits after which steps of these kinds, and no others, do something else or read something else, by what they touch. */
export const different: Readonly<Record<string, readonly Different[]>> = {
  parameters: [
    { why: 'another number of rounds', replace: [['rounds: 50', 'rounds: 51']], changes: ['xgboost'] },
    { why: 'a parameter at other than its default', replace: [['eta: 0.1', 'eta: 0.1, max_depth: 3']], changes: ['xgboost'] },
    { why: 'a number that differs in its last digit', replace: [['eta: 0.1', 'eta: 0.1000000000000001']], changes: ['xgboost'] },
    // The report says whether its scores are optimistic: without early stopping they are not.
    { why: 'no early stopping', replace: [[/ {2}early_stopping.*\n/, '']], changes: ['xgboost', 'evaluate'] },
    { why: 'another metric is followed', replace: [['on: auc', 'on: log_loss']], changes: ['xgboost'] },
    { why: 'another number of rounds between checkpoints is another model', replace: [['eta: 0.1', 'eta: 0.1, checkpoint: 10']], changes: ['xgboost'] },
    { why: 'a penalty', replace: [['C: 0.5', 'C: 0.25']], changes: ['logistic'] },
    { why: 'a number for the same with another digit', replace: [['C: 0.5', 'C: 0.50000000000000011']], changes: ['logistic'] },
    { why: 'another patience', replace: [['rounds: 5, on', 'rounds: 6, on']], changes: ['xgboost'] },
    { why: 'rows that are taken at random', replace: [['eta: 0.1', 'eta: 0.1, subsample: 0.9']], changes: ['xgboost'] },
  ],
  chance: [
    { why: 'another stream of random numbers', replace: [['eta: 0.1', 'eta: 0.1, stream: 1']], changes: ['xgboost'] },
    { why: 'the seed is in every step that uses one', replace: [['seed: 7', 'seed: 8']], changes: ['holdout', 'prepare', 'xgboost', 'evaluate'] },
    { why: 'another stream of a split', replace: [['target: late', 'target: late, stream: 1']], changes: ['holdout'] },
    { why: 'another stream of features', replace: [['drop: [dep_hour', 'stream: 1, drop: [dep_hour']], changes: ['prepare'] },
  ],
  kinds: [
    // Below it, another kind stands in its place.
    { why: 'another kind of model', replace: [['logistic(x) { C: 0.5 }', 'baseline(x)']], changes: ['logistic', 'baseline', 'evaluate', 'measure_latency', 'select'] },
  ],
  SQL: [
    { why: 'a number in SQL', replace: [['distance > 10', 'distance > 11']], changes: ['sql'] },
    { why: 'a number in SQL that JSON cannot tell from its neighbour', replace: [['delay <> 99', 'delay <> 9007199254740993'], ['distance > 10', 'distance > 9007199254740992']], changes: ['sql'] },
    { why: 'a text in SQL has case', replace: [["'SFO'", "'sfo'"]], changes: ['sql'] },
    { why: 'an operator', replace: [['distance > 10', 'distance >= 10']], changes: ['sql'] },
    { why: 'OR is not AND', replace: [['distance > 10 AND', 'distance > 10 OR']], changes: ['sql'] },
    { why: 'an order of rows', replace: [['${least}\n', '${least}\n  ORDER BY delay\n']], changes: ['sql'] },
    { why: 'the order of columns is part of a table', replace: [['origin, destination AS dest', 'destination AS dest, origin']], changes: ['sql'] },
    { why: 'a cast that gives null for what it cannot read', replace: [['CAST(delay', 'TRY_CAST(delay']], changes: ['sql'] },
    { why: 'a number with a point', replace: [['distance > 10', 'distance > 10.0']], changes: ['sql'] },
    { why: 'a number with an exponent', replace: [['distance > 10', 'distance > 1e1']], changes: ['sql'] },
    { why: 'a text for a number', replace: [['distance > 10', "distance > '10'"]], changes: ['sql'] },
    { why: 'a comparison that knows null', replace: [['delay <> 99', 'delay IS DISTINCT FROM 99']], changes: ['sql'] },
    { why: 'another direction', replace: [['distance > 10', '10 > distance']], changes: ['sql'] },
    { why: 'other groups of conditions', replace: [["delay <> 99 AND origin <> 'SFO'", "(delay <> 99 OR origin <> 'SFO')"]], changes: ['sql'] },
    { why: 'the same by arithmetic', replace: [['distance > 10', 'distance > 5 + 5']], changes: ['sql'] },
    { why: 'the same with a qualified name', replace: [['hour(date)', 'hour(flights.date)']], changes: ['sql'] },
    { why: 'the same by BETWEEN', replace: [['delay >= 15 AS', 'delay BETWEEN 15 AND 9000 AS']], changes: ['sql'] },
    { why: 'equal rows once', replace: [['SELECT origin', 'SELECT DISTINCT origin']], changes: ['sql'] },
    { why: 'the first rows', replace: [['${least}\n', '${least}\n  LIMIT 100\n']], changes: ['sql'] },
    { why: 'the direction of an order', replace: [['${least}\n', '${least}\n  ORDER BY delay DESC\n']], changes: ['sql'] },
    { why: 'another function', replace: [['hour(date)', 'minute(date)']], changes: ['sql'] },
    { why: 'a condition less', replace: [[" AND origin <> 'SFO'", '']], changes: ['sql'] },
    { why: 'a blank inside a text', replace: [["'SFO'", "'SFO '"]], changes: ['sql'] },
    { why: 'a comment inside a text is text', replace: [["'SFO'", "'SFO--'"]], changes: ['sql'] },
    // The platform rounds it.
    { why: 'mathematics of the platform', replace: [['CAST(delay AS DOUBLE)', 'CAST(exp(delay) AS DOUBLE)']], changes: ['sql'] },
  ],
  'names of columns': [
    { why: 'the name of a column that is read below', replace: [[/\bdest\b/g, 'goal']], changes: ['sql', 'prepare', 'xgboost', 'logistic', 'measure_latency'] },
    { why: 'the name of a column that nothing reads', replace: [[/dep_hour/g, 'dep']], changes: ['sql'] },
    { why: 'the case of the name of a column that comes out', replace: [['AS dep_hour', 'AS Dep_Hour']], changes: ['sql'] },
    { why: 'quotes keep the case of what comes out', replace: [['AS dep_hour', 'AS "Dep_hour"']], changes: ['sql'] },
    { why: 'a column more, which nothing below reads', replace: [['AS late\n', 'AS late, id AS number\n']], changes: ['sql', 'prepare', 'xgboost', 'logistic', 'measure_latency'] },
  ],
  types: [
    { why: 'a type in SQL', replace: [['CAST(delay AS DOUBLE)', 'CAST(delay AS FLOAT)']], changes: ['sql'] },
    { why: 'the type of a param in SQL', replace: [['least: int', 'least: float']], changes: ['sql'] },
    // The query is the same; the type of what it reads is in its key with the column.
    { why: 'a type of the schema', replace: [['    delay: int', '    delay: float']], changes: ['csv'] },
    { why: 'whether a column may be null', replace: [['    delay: int', '    delay: int?']], changes: ['csv'] },
  ],
  params: [
    { why: 'the value of a param in SQL', options: { params: { least: '2' } }, changes: ['sql'] },
    { why: 'a param by another value of the environment', replace: [['least: int = 1', 'least: int = env("LEAST")']], options: { environment: { LEAST: '2' } }, changes: ['sql'] },
    { why: 'a text from the environment', replace: [['invalid: drop', 'invalid: drop, nullstr: env("NONE")']], options: { environment: { NONE: '?' } }, changes: ['csv'] },
    { why: 'a param of a model', replace: [['rounds: 50', 'rounds: how_many'], ['param least', 'param how_many = 50\nparam least']], options: { params: { how_many: '60' } }, changes: ['xgboost'] },
  ],
  sources: [
    { why: 'a condition of the schema', replace: [['< 9000', '< 9001']], changes: ['csv'] },
    { why: 'a limit', replace: [['dedupe: [id]', 'dedupe: [id], limit: 2']], changes: ['csv'] },
    { why: 'another key', replace: [['dedupe: [id]', 'dedupe: [id, date]']], changes: ['csv'] },
    { why: 'what happens to invalid rows', replace: [['invalid: drop', 'invalid: fail']], changes: ['csv'] },
    { why: 'an option of the format', replace: [['invalid: drop', 'invalid: drop, nullstr: "-"']], changes: ['csv'] },
    { why: 'a type of a column that nothing reads', replace: [['    id: int', '    id: string']], changes: ['csv'] },
    { why: 'a condition more', replace: [['    delay: int', '    delay: int(where: "delay < 500")']], changes: ['csv'] },
    { why: 'OR in a condition', replace: [['distance > 0 AND distance', 'distance > 0 OR distance']], changes: ['csv'] },
  ],
  files: [
    { why: 'another file', replace: [['"flights.csv"', '"more-flights.csv"']], changes: ['csv'] },
    { why: 'two files', replace: [['"flights.csv"', '"*flights.csv"']], changes: ['csv'] },
  ],
  checks: [
    { why: 'a check is in no key but its own', replace: [['rows: 1..', 'rows: 2..']], changes: ['expect'] },
  ],
  splits: [
    { why: 'the shares', replace: [['train: 70%, validate: 15%', 'train: 60%, validate: 25%']], changes: ['holdout'] },
    { why: 'without strata', replace: [['target: late', 'target: late, stratify: false']], changes: ['holdout'] },
    { why: 'a key of the rows; keys are no features', replace: [['target: late', 'target: late, key: [distance]']], changes: ['holdout', 'prepare', 'xgboost', 'logistic', 'measure_latency'] },
    { why: 'rows that stay where they are', replace: [['target: late', 'target: late, key: [distance], stable: true']], changes: ['holdout', 'prepare', 'xgboost', 'logistic', 'measure_latency'] },
  ],
  features: [
    { why: 'another feature', replace: [['drop: [dep_hour, delay]', 'drop: [delay]']], changes: ['prepare', 'xgboost', 'logistic', 'measure_latency'] },
    { why: 'what a missing value becomes', replace: [['numeric: median', 'numeric: mean']], changes: ['prepare'] },
    { why: 'an argument of an encoding', replace: [['min_count: 5', 'min_count: 6']], changes: ['prepare'] },
    { why: 'a scale', replace: [['impute {', 'scale { numeric: standard }\n  impute {']], changes: ['prepare'] },
    { why: 'another smoothing', replace: [['dest: target_mean', 'dest: target_mean(smoothing: 5)']], changes: ['prepare'] },
    { why: 'another encoding', replace: [['dest: target_mean', 'dest: one_hot']], changes: ['prepare'] },
    { why: 'a logarithm', replace: [['impute {', 'log { distance: log1p }\n  impute {']], changes: ['prepare'] },
  ],
  'reports and choices': [
    { why: 'another metric', replace: [['[auc, accuracy]', '[auc, f1]']], changes: ['evaluate'] },
    { why: 'the order of metrics is the order in which they are shown', replace: [['[auc, accuracy]', '[accuracy, auc]']], changes: ['evaluate'] },
    { why: 'another part', replace: [['[auc, accuracy]', '[auc, accuracy], on: [validate]']], changes: ['evaluate'] },
    { why: 'the order of models is their position', replace: [['evaluate(gbm, lines)', 'evaluate(lines, gbm)']], changes: ['evaluate', 'select'] },
    { why: 'another criterion', replace: [['maximize: auc', 'maximize: accuracy']], changes: ['select'] },
    { why: 'another requirement', replace: [['..2MB', '..3MB']], changes: ['select'] },
    { why: 'decimal and binary sizes', replace: [['..2MB', '..2MiB']], changes: ['select'] },
    { why: 'no latency to be measured', replace: [['latency_p99: ..5ms, ', '']], changes: ['measure_latency', 'select'] },
  ],
  'engines and machines': [
    { why: 'another version of an engine', options: { engines: { duckdb: '1.0', xgboost: '1.1' } }, changes: ['xgboost'] },
    { why: 'another platform, where results depend on it', options: { machine: { platform: 'darwin-arm64', processor: 'a processor', arithmetic: 'some' } }, changes: ['prepare', 'xgboost'] },
    { why: 'a latency is of a processor', options: { machine: { platform: 'linux-x64', processor: 'another', arithmetic: 'some' } }, changes: ['measure_latency'] },
    { why: 'another version of DuckDB', options: { engines: { duckdb: '1.1', xgboost: '1.0' } }, changes: ['csv', 'sql', 'expect', 'holdout', 'prepare'] },
    { why: 'how JavaScript rounds', options: { machine: { platform: 'linux-x64', processor: 'a processor', arithmetic: 'another' } }, changes: ['xgboost', 'logistic', 'evaluate'] },
  ],
  loops: [
    { why: 'a round more', replace: [['model lines = logistic(x) { C: 0.5 }', 'for c in [0.5, 1] { model lines = logistic(x) { C: c } }'], ['evaluate(gbm, lines)', 'evaluate(gbm, lines[*])']], changes: ['logistic', 'evaluate', 'select'] },
    { why: 'another value in the list', replace: [['model lines = logistic(x) { C: 0.5 }', 'for c in [0.7] { model lines = logistic(x) { C: c } }'], ['evaluate(gbm, lines)', 'evaluate(gbm, lines[*])']], changes: ['logistic'] },
  ],
  imports: [
    { why: 'a file that says another thing', ...IMPORTED, options: { files: { 'ground.mlp': SOURCE.replace('< 9000', '< 8000') } }, changes: ['csv'] },
    { why: 'a file that finds another file', ...IMPORTED, options: { files: { 'ground.mlp': SOURCE.replace('"flights.csv"', '"more-flights.csv"') } }, changes: ['csv'] },
  ],
};
