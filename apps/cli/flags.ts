import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GlobalFlags } from './command.ts';
import { failure } from './failure.ts';
import { formatBytes } from './render/format.ts';

/** Reads the flags that every command takes from what commander parsed. */
export function readFlags(options: Readonly<Record<string, unknown>>, cwd: string): GlobalFlags {
  const folder = readFolder(asText(options['C']), cwd);
  const store = asText(options['store']);
  return {
    json: options['json'] === true,
    quiet: options['quiet'] === true,
    debug: options['debug'] === true,
    folder,
    session: {
      folder,
      ...(store === undefined ? {} : { store: resolve(folder, store) }),
      params: readParams(asTexts(options['param'])),
      targets: asTexts(options['target']),
    },
  };
}

/** The folder that a command works in, which has to be there. */
function readFolder(given: string | undefined, cwd: string): string {
  if (given === undefined) return resolve(cwd);
  const folder = resolve(cwd, given);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) throw failure('usage', { problem: `\`-C\` takes a folder, and ${found === undefined ? `there is no \`${given}\`` : `\`${given}\` is a file`}`, hint: undefined });
  return folder;
}

function readParams(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at <= 0) throw failure('usage', { problem: `\`--param\` takes NAME=VALUE, found \`${text}\``, hint: 'as in `--param max_rows=1000`' });
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** A whole number from 1, of an option. */
export function readCount(options: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const text = asText(options[name]);
  if (text === undefined) return undefined;
  const number = Number(text.replaceAll('_', ''));
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw failure('usage', { problem: `\`--${name}\` takes a whole number from 1, found \`${text}\``, hint: undefined });
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** Bytes, of an option such as `4GB`; `least` are needed. */
export function readSize(options: Readonly<Record<string, unknown>>, name: string, least: number): number | undefined {
  const text = asText(options[name]);
  if (text === undefined) return undefined;
  const [, digits, unit] = /^([\d_]+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const bytes = Number(digits?.replaceAll('_', '')) * (UNITS[unit?.toLowerCase() ?? ''] ?? Number.NaN);
  if (bytes >= least) return Math.floor(bytes);
  if (bytes >= 0) throw failure('usage', { problem: `\`--${name}\` takes at least ${formatBytes(least)}, found \`${text}\``, hint: undefined });
  throw failure('usage', { problem: `\`--${name}\` takes a size, found \`${text}\``, hint: 'as in `4GB` or `512MiB`' });
}

/** The text of an option, if it was given. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The texts of an option that may be given several times. */
export function asTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
