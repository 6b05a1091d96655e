import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderDiagnostic } from '../../grammar/index.ts';
import { checking } from '../../grammar/diagnostics/checking.ts';
import { PROJECT, compileText } from '../support/compile.ts';
import { testCases } from '../support/cases.ts';
import { fakes, packages } from './fakes.ts';

const FOLDER = join(import.meta.dirname, 'errors');

/** Declarations that cases stand on, each on those before it; they come after the case, so that its lines count from 1. */
const GROUND: Readonly<Record<string, string>> = {
  flights: 'source flights = csv("flights.csv") { schema { id: int, date: timestamp, distance: int?, delay: int, late: bool } }',
  parts: 'split parts = holdout(flights) { target: late }',
  x: 'features x = prepare(parts) { drop: [date] }',
  scores: 'model lines = logistic(x)\nmodel guess = baseline(x)\nreport scores = evaluate(lines, guess)',
};

/** Other files that cases import from. */
const FILES: Readonly<Record<string, string>> = {
  'base.mlp': 'param least = 3\ntable legs = sql("SELECT ${least} AS n")\n',
  'broken.mlp': 'table broken = sql("SELECT nothing FROM nowhere")\ntable idle = sql("SELECT nothing FROM idle2")\n',
  'syntax.mlp': 'table fine = sql("SELECT 1 AS n")\ntable = sql("SELECT 1 AS n")\n',
  'there.mlp': '\nimport { back } from "./back.mlp"\ntable there = sql("SELECT * FROM back")\n',
  'back.mlp': 'import { there } from "./there.mlp"\ntable back = sql("SELECT * FROM there")\n',
  'needs.mlp': 'param wanted: int\ntable needs = sql("SELECT ${wanted} AS n")\n',
  'quiet.mlp': 'import "npm:sound"\ntable quiet = sql("SELECT 1 AS n")\n',
};

const ENVIRONMENT = { WORD: 'zebra', MLP_PARAM_least: '11', MLP_PARAM_other_pipelines: '3' };

/**
 * What is found in a case. Its first lines may say `// with: x` (the ground up to there is added), `// params: a=1, b=2`
 * and `// targets: a`.
 */
async function findings(given: string): Promise<string> {
  const said = (key: string): string[] => new RegExp(`^// ${key}: (.*)$`, 'm').exec(given)?.[1]?.split(', ') ?? [];
  const names = Object.keys(GROUND);
  const ground = names.slice(0, names.indexOf(said('with')[0] ?? '') + 1).map((name) => GROUND[name]);
  const text = [given, ...ground].join('\n');
  const { diagnostics } = await compileText(text, {
    registry: fakes,
    files: { ...FILES, 'test.mlp': text },
    packages,
    environment: ENVIRONMENT,
    targets: said('targets'),
    params: Object.fromEntries(said('params').map((pair) => pair.split('='))) as Record<string, string>,
  });
  return diagnostics.map((one) => `${renderDiagnostic(one, (file) => FILES[file] ?? text).replaceAll(PROJECT, '<project>')}\n`).join('');
}

for (const file of readdirSync(FOLDER).sort()) testCases(join(FOLDER, file), findings);

describe('the catalogue', () => {
  it('has a case for every code', () => {
    const all = readdirSync(FOLDER).map((file) => readFileSync(join(FOLDER, file), 'utf8')).join('');
    expect(Object.keys(checking).filter((code) => !all.includes(`[${code}]`))).toEqual([]);
  });

  // Of queries DuckDB says some things in its own words.
  it('has messages that begin with no capital letter and end with no full stop', () => {
    const messages = readdirSync(FOLDER).flatMap((file) => readFileSync(join(FOLDER, file), 'utf8').match(/^(?:error|warning)\[.*$/gm) ?? []);
    expect(messages.filter((one) => !one.startsWith('error[sql-binding]') && /\]: [A-Z][a-z]|\.$/.test(one))).toEqual([]);
  });
});
