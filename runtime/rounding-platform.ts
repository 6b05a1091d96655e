import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { platformName } from './providers/platform.ts';

/** What a platform's name follows from. */
export interface PlatformFacts {
  /** Such as `linux-x64`. */
  readonly name: string;
  /** The version of the system. */
  readonly release: string;
  /** A file's content, or `undefined` where it cannot be had. */
  readonly read: (path: string) => Buffer | undefined;
}

const HERE: PlatformFacts = { name: platformName(), release: release(), read: readIfThere };

/**
 * A name for how native code rounds here, as in `linux-x64 glibc-2.36 fma`. Engines call the system's mathematics for
 * `exp` or `log`, whose last digit is that of the C library and its version. glibc also has these functions twice on x64
 * and takes those with fused multiply-add where the processor has that and AVX2: of 60,000 values of `exp`, `log`, `pow`,
 * `sin` and `cos` some differ between the two. Elsewhere the C library comes with the system.
 */
export function roundingPlatform({ name, release: version, read }: PlatformFacts = HERE): string {
  if (name.startsWith('darwin-')) return `${name} darwin-${version.split('.')[0] ?? ''}`;
  if (!name.startsWith('linux-')) return `${name} ${version}`;
  return [name, systemLibrary(read), ...(name === 'linux-x64' && !hasFusedMultiplyAdd(read) ? [] : ['fma'])].join(' ');
}

function systemLibrary(read: PlatformFacts['read']): string {
  // Where the program itself has it from: a system may have several.
  const [, path] = /(\/\S*\/(?:libc[.-]|ld-musl-)[^\s/]*)(?: \(deleted\))?$/m.exec(read('/proc/self/maps')?.toString('latin1') ?? '') ?? [];
  const library = path === undefined ? undefined : read(path);
  if (library === undefined) return 'libc-unknown';
  const at = library.indexOf('GNU C Library ');
  const [, version] = at < 0 ? [] : (/ version (\d+\.\d+)/.exec(library.toString('latin1', at, at + 200)) ?? []);
  return version === undefined ? `libc-${hash('sha256', library).slice(0, 12)}` : `glibc-${version}`;
}

function hasFusedMultiplyAdd(read: PlatformFacts['read']): boolean {
  const [, flags = ''] = /^flags\s*:(.*)$/m.exec(read('/proc/cpuinfo')?.toString('latin1') ?? '') ?? [];
  return ['fma', 'avx2'].every((flag) => flags.split(' ').includes(flag));
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
