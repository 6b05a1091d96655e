import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultCacheFolder } from '../../runtime/providers/platform.ts';

test.each([
  ['linux', {}, '/home/ada/.cache/mlp'],
  ['linux', { XDG_CACHE_HOME: '/var/cache/ada' }, '/var/cache/ada/mlp'],
  ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/ada/.cache/mlp'],
  ['darwin', { XDG_CACHE_HOME: '/var/cache/ada' }, '/home/ada/Library/Caches/mlp'],
  ['win32', { LOCALAPPDATA: '/local' }, '/local/mlp'],
  ['win32', {}, '/home/ada/AppData/Local/mlp'],
  ['linux', { MLP_CACHE: '/elsewhere', XDG_CACHE_HOME: '/var/cache/ada' }, '/elsewhere'],
  ['linux', { MLP_CACHE: '' }, '/home/ada/.cache/mlp'],
])('the cache on %s with %o', (platform, env, folder) => {
  expect(defaultCacheFolder(env, platform, '/home/ada')).toBe(join(folder));
});
