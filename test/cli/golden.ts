import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { plainPaint, type View } from '../../apps/cli/render/text.ts';

const FOLDER = fileURLToPath(new URL('golden/', import.meta.url));

/** Compares lines with a committed text file. `UPDATE=1` writes it; a missing one fails in CI and is written elsewhere. */
export function expectGolden(name: string, lines: readonly string[]): void {
  const path = `${FOLDER}${name}.txt`;
  const text = `${lines.join('\n')}\n`;
  const missing = !existsSync(path);
  if (process.env['UPDATE'] === '1' || (missing && process.env['CI'] !== 'true')) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, text);
    return;
  }
  if (missing) throw new Error(`the golden file ${name}.txt is missing: run with UPDATE=1 and look at what is written`);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

/** A place for lines without colours. */
export function viewOf(width: number): View {
  return { width, paint: plainPaint };
}
