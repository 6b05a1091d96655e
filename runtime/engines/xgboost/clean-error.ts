/**
 * XGBoost's account of a failure as one sentence. It comes with a time stamp, a place in its C++ source, the check that
 * failed, help for its developers and a stack trace, none of which tells its user anything:
 *
 *     [10:49:05] /workspace/src/learner.cc:818: Check failed: n != 0 (0 vs. 0) : 0 feature is supplied.
 *     Stack trace: …
 */
export function cleanXgboostError(text: string): string {
  const line = text.replace(/^\s*\[\d\d:\d\d:\d\d\]\s*\S+:\d+:\s*/, '').trim().split('\n')[0]?.trim() ?? '';
  // What follows the check is said for people; a check alone is better than nothing.
  const said = (/^Check failed: .*? ?: (.+)$/.exec(line) ?? /^Check failed: (.+)$/.exec(line))?.[1] ?? line;
  const message = WORDINGS.reduce((sentence, [pattern, wording]) => sentence.replace(pattern, wording), said);
  return `XGBoost: ${message === '' ? 'failed without giving a reason' : message}`;
}

/** How its parameter library words things, and how we do. */
const WORDINGS: readonly (readonly [RegExp, string])[] = [
  [/^value (.+) for Parameter (\S+) exceed bound (.+)$/, 'value $1 for parameter $2 exceeds the bounds $3'],
  [/^value (.+) for Parameter (\S+) should be greater equal to (.+)$/, 'value $1 for parameter $2 is less than $3'],
  [/^value (.+) for Parameter (\S+) should be smaller equal to (.+)$/, 'value $1 for parameter $2 is more than $3'],
  [/^Invalid Parameter format for (\S+) expect (\S+) but value='(.*)'$/, "parameter $1 takes a value of type $2, not '$3'"],
  [/^Invalid Parameter format for (\S+) expect *but value='(.*)'$/, "parameter $1 cannot be '$2'"],
  [/^Invalid Input: (.+), valid values are: \{(.+)\}$/, '$1 is not one of $2'],
  [/[\s.:]+$/, ''],
];
