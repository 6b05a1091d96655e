import { loadNative } from '../../runtime/engines/load-native.ts';

/** Makes XGBoost read all of its groups of parameters: one objective each, with dropout. */
const OBJECTIVES = ['reg:squarederror', 'reg:pseudohubererror', 'reg:quantileerror', 'reg:expectileerror', 'reg:tweedie', 'binary:logistic', 'multi:softprob', 'count:poisson', 'rank:ndcg'];

/** The parameters of which XGBoost's own library says, in the configuration of boosters of each objective, that it has them. */
export async function engineParameters(path: string): Promise<string[]> {
  const native = await loadNative({
    engine: 'XGBoost',
    path,
    signatures: {
      XGBoosterCreate: 'void **matrices, uint64_t size, _Out_ void **out',
      XGBoosterSetParam: 'void *booster, const char *name, const char *value',
      XGBoosterSaveJsonConfig: 'void *booster, _Out_ uint64_t *size, _Out_ const char **out',
      XGBoosterFree: 'void *booster',
    },
    lastError: 'XGBGetLastError',
    clean: (message) => message,
    hint: '',
  });
  const found = new Set<string>();
  for (const objective of OBJECTIVES) {
    const booster = native.create('XGBoosterCreate', [], 0);
    const given = { objective, num_feature: 1, num_class: objective.startsWith('multi') ? 3 : 0, quantile_alpha: 0.5, expectile_alpha: 0.5, rate_drop: 0.5, tree_method: 'hist' };
    for (const [name, value] of Object.entries(given)) native.call('XGBoosterSetParam', booster, name, String(value));
    const [size, text] = [native.out(), native.out()];
    native.call('XGBoosterSaveJsonConfig', booster, size, text);
    collect(JSON.parse(text[0] as string), '', found);
    native.call('XGBoosterFree', booster);
  }
  return [...found].sort();
}

/** Groups of parameters are called `…_param`, or `generic`. */
function collect(value: unknown, group: string, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object') collect(inner, key, found);
    else if (group.endsWith('_param')) found.add(key);
  }
}
