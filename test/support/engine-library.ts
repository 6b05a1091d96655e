import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { ensureProvider } from '../../runtime/providers/ensure-provider.ts';

/** Where an engine's library lies in the user's cache; whichever test comes first fetches it. */
export async function engineLibrary(engine: 'xgboost' | 'lightgbm' | 'tensorflow' | 'catboost'): Promise<string> {
  const ensured = await ensureProvider({ lock: defaultLock(), engine });
  if (!ensured.ok) throw new Error(`${ensured.diagnostic.message}\n${ensured.diagnostic.hint ?? ''}`);
  return ensured.library;
}
