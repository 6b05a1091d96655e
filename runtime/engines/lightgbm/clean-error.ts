/**
 * LightGBM's account of a failure as one sentence. Failed checks come with their place in its C++ source and no more:
 *
 *     Check failed: (num_leaves) > (1) at /tmp/src/io/config_auto.cpp, line 347 .
 */
export function cleanLightgbmError(text: string): string {
  const line = text.trim().split('\n')[0]?.trim() ?? '';
  const check = /^Check failed: (.+?)(?: at \S+, line \d+)?[\s.]*$/.exec(line)?.[1];
  const message = check === undefined ? line.replace(/[\s.]+$/, '') : `it is not true that ${check.replace(/\((\w+)\)/g, '$1')}`;
  return `LightGBM: ${message === '' ? 'failed without giving a reason' : message}`;
}
