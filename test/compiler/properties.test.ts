import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lexText } from '../../grammar/lex-text.ts';
import { DATA, PROJECT, compileText } from '../support/compile.ts';

const FOLDER = join(PROJECT, 'pipelines');
const texts = [
  ...readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name), 'utf8')),
  readFileSync(join(import.meta.dirname, 'same-and-different/base.mlp'), 'utf8'),
];

/** Tokens of every pipeline, and names that every JavaScript object has. */
const images = [...new Set([...texts.flatMap((text) => lexText('x.mlp', text).tokens.map((token) => token.image)), '__proto__', 'constructor', '"toString"', 'none', '-1', '1e400', '..', '[[', '{}'])];

interface Change {
  readonly at: number;
  readonly what: 'delete' | 'double' | 'replace' | 'insert' | 'swap';
  readonly by: string;
}

const change = fc.record<Change>({
  at: fc.nat(),
  what: fc.constantFrom('delete', 'double', 'replace', 'insert', 'swap'),
  by: fc.constantFrom(...images),
});

function damaged(text: string, changes: readonly Change[]): string {
  return changes.reduce((current, { at, what, by }) => {
    const { tokens } = lexText('x.mlp', current);
    const token = tokens[at % Math.max(1, tokens.length)];
    if (token === undefined) return current;
    const next = tokens[tokens.indexOf(token) + 1];
    const start = token.startOffset;
    const end = start + token.image.length;
    switch (what) {
      case 'delete':
        return current.slice(0, start) + current.slice(end);
      case 'double':
        return `${current.slice(0, end)} ${current.slice(start)}`;
      case 'replace':
        return current.slice(0, start) + by + current.slice(end);
      case 'insert':
        return `${current.slice(0, start)}${by} ${current.slice(start)}`;
      case 'swap':
        if (next === undefined) return current;
        return current.slice(0, start) + next.image + current.slice(end, next.startOffset) + token.image + current.slice(next.startOffset + next.image.length);
    }
  }, text);
}

describe('the compiler', () => {
  // Every run goes through the verifier, so this holds what the phases promise too.
  it('never throws, and says why there is no plan; a plan survives JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 4 }), async (text, changes) => {
        const { plan, diagnostics } = await compileText(damaged(text, changes), { folder: text.includes('npm:') ? PROJECT : DATA });
        expect(plan === undefined).toBe(diagnostics.some((one) => one.severity === 'error'));
        if (plan !== undefined) expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
        for (const { span } of diagnostics) if (span !== undefined) expect(span.start).toBeLessThanOrEqual(span.end);
      }),
      { numRuns: 200, seed: 20260101 },
    );
  });
});
