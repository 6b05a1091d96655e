import { homedir } from 'node:os';
import { join } from 'node:path';

/** The platforms that engines are pinned for. */
export const PLATFORMS = ['darwin-arm64', 'linux-arm64', 'linux-x64', 'win32-x64'] as const;

/** A platform that engines are pinned for. */
export type Platform = (typeof PLATFORMS)[number];

/** Whether engines are pinned for a platform. */
export function isPlatform(name: string): name is Platform {
  return (PLATFORMS as readonly string[]).includes(name);
}

/** This machine's platform, by Node's names for system and processor; it may be one that no engine is pinned for. */
export function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

/**
 * The folder in which engines are kept, for all projects of a user: MLP_CACHE, or where the system keeps caches
 * (XDG base directory specification, Apple's File System Programming Guide, Windows' known folder LocalAppData).
 */
export function defaultCacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  const chosen = env['MLP_CACHE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'mlp');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'mlp');
  const caches = env['XDG_CACHE_HOME'];
  // The specification has relative paths ignored.
  return join(caches?.startsWith('/') ? caches : join(home, '.cache'), 'mlp');
}
