import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { roundingPlatform, type PlatformFacts } from '../../runtime/rounding-platform.ts';

const GLIBC = '/usr/lib/x86_64-linux-gnu/libc.so.6';
const MUSL = '/lib/ld-musl-x86_64.so.1';

function maps(...paths: readonly string[]): string {
  return ['00400000-00401000 r-xp 00000000 fe:00 1  /usr/bin/node', ...paths.map((path) => `7f0000000000-7f0000001000 r--p 00000000 fe:00 2                   ${path}`), '7ffc0000-7ffd0000 rw-p 00000000 00:00 0 [stack]'].join('\n');
}

const glibc = (version: string): string => `\x7fELF\0\0GNU C Library (Debian GLIBC ${version}-9+deb12u14) stable release version ${version}.\nCopyright`;
const cpu = (flags: string): string => `processor\t: 0\nmodel name\t: Some\nflags\t\t: fpu ${flags} sse2\n\nprocessor\t: 1\n`;
const LINUX = { '/proc/self/maps': maps('/usr/lib/x86_64-linux-gnu/libcrypto.so.3', GLIBC), [GLIBC]: glibc('2.36'), '/proc/cpuinfo': cpu('avx2 fma') };

function on(name: string, files: Readonly<Record<string, string>>, release = '6.1.0'): PlatformFacts {
  return { name, release, read: (path) => (files[path] === undefined ? undefined : Buffer.from(files[path], 'latin1')) };
}

describe('the platform that keys name', () => {
  it.each([
    ['glibc and its version', on('linux-x64', LINUX), 'linux-x64 glibc-2.36 fma'],
    ['a library that was replaced since', on('linux-x64', { ...LINUX, '/proc/self/maps': maps(`${GLIBC} (deleted)`) }), 'linux-x64 glibc-2.36 fma'],
    ['the file of an older one', on('linux-x64', { ...LINUX, '/proc/self/maps': maps('/lib/libc-2.31.so'), '/lib/libc-2.31.so': glibc('2.31') }), 'linux-x64 glibc-2.31 fma'],
    ['a processor without fused multiply-add', on('linux-x64', { ...LINUX, '/proc/cpuinfo': cpu('avx') }), 'linux-x64 glibc-2.36'],
    ['one with it and without AVX2: glibc does not use it', on('linux-x64', { ...LINUX, '/proc/cpuinfo': cpu('avx fma') }), 'linux-x64 glibc-2.36'],
    ['every processor of ARM has it', on('linux-arm64', { ...LINUX, '/proc/cpuinfo': 'Features : fp asimd' }), 'linux-arm64 glibc-2.36 fma'],
    ['musl, which does not say its version', on('linux-x64', { ...LINUX, '/proc/self/maps': maps(MUSL), [MUSL]: 'musl libc (x86_64)' }), `linux-x64 libc-${hash('sha256', 'musl libc (x86_64)').slice(0, 12)} fma`],
    ['a system that shows nothing', on('linux-x64', {}), 'linux-x64 libc-unknown'],
    ['macOS: its major version', on('darwin-arm64', {}, '23.6.0'), 'darwin-arm64 darwin-23'],
    ['Windows: its version', on('win32-x64', {}, '10.0.22631'), 'win32-x64 10.0.22631'],
  ])('%s', (_, facts, expected) => {
    expect(roundingPlatform(facts)).toBe(expected);
  });

  it.runIf(process.platform === 'linux')('is known here', () => {
    expect(roundingPlatform()).toMatch(/^linux-(x64|arm64) (glibc-\d+\.\d+|libc-[0-9a-f]{12})( fma)?$/);
  });
});
