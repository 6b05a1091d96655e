import { join } from 'node:path';
import { ENGINE_LAYOUTS } from './engine-layout.ts';
import { findLockEntry, isWheel, type Lock, type WheelEntry } from './lock.ts';
import { defaultCacheFolder, isPlatform, platformName } from './platform.ts';
import { inspectFolder, providerFolder } from './provider-folder.ts';

/** An engine, as a lock pins it, in a cache. */
export interface ProviderQuery {
  readonly lock: Lock;
  /** An engine's name: `xgboost`. */
  readonly engine: string;
  /** Where engines are kept; by default the user's cache. */
  readonly cacheFolder?: string;
  /** By default this machine's. */
  readonly platform?: string;
  /** For which Python, of an engine that has entries for several. */
  readonly python?: string;
}

/** Whether an engine is there, without fetching it: for plans and `mlp doctor`. */
export type ProviderState =
  | { readonly state: 'present'; readonly entry: WheelEntry; readonly library: string }
  /** `damaged`: it was there, and its files have changed since. Both are mended by fetching. */
  | { readonly state: 'absent' | 'damaged'; readonly entry: WheelEntry }
  /** The lock has no entry for this engine on this platform. */
  | { readonly state: 'unsupported'; readonly platform: string };

/** The state of an engine in the user's cache. `digests` compares every byte instead of sizes. */
export async function providerState(query: ProviderQuery & { readonly digests?: boolean }): Promise<ProviderState> {
  const { lock, engine, cacheFolder = defaultCacheFolder(), platform = platformName(), digests = false } = query;
  const entry = findLockEntry(lock, engine, platform, query.python);
  const library = isPlatform(platform) ? ENGINE_LAYOUTS[engine]?.library[platform] : undefined;
  if (entry === undefined || !isWheel(entry) || library === undefined) return { state: 'unsupported', platform };
  const folder = providerFolder(cacheFolder, entry);
  const state = await inspectFolder(folder, entry, { digests });
  if (state !== 'present') return { state, entry };
  return { state, entry, library: join(folder, ...library.split('/')) };
}
