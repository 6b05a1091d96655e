import { expect, test } from 'vitest';
import { cleanXgboostError } from '../../runtime/engines/xgboost/clean-error.ts';

const trace = '\nStack trace:\n  [bt] (0) /lib/libxgboost.so(dmlc::LogMessageFatal::~LogMessageFatal()+0x6e) [0x7f13]\n\n';

test.each([
  ["value 1.5 for Parameter eta exceed bound [0,1]\neta: Step size.", 'value 1.5 for parameter eta exceeds the bounds [0,1]'],
  ['value -1 for Parameter max_depth should be greater equal to 0\nmax_depth: Maximum depth', 'value -1 for parameter max_depth is less than 0'],
  ["Invalid Parameter format for seed expect long but value='x'", "parameter seed takes a value of type long, not 'x'"],
  ["Invalid Parameter format for monotone_constraints expect  but value='(1'", "parameter monotone_constraints cannot be '(1'"],
  ["Invalid Input: 'foo', valid values are: {'depthwise', 'lossguide'}", "'foo' is not one of 'depthwise', 'lossguide'"],
  [
    `[10:49:05] /workspace/src/learner.cc:818: Check failed: mparam_.num_feature != 0 (0 vs. 0) : 0 feature is supplied.  Are you using raw Booster interface?${trace}`,
    '0 feature is supplied.  Are you using raw Booster interface?',
  ],
  [`[10:49:05] D:\\a\\src\\data.cc:5: Label contains NaN.${trace}`, 'Label contains NaN'],
  [`[10:49:05] /workspace/src/a.cc:1: Check failed: n < 3 (4 vs. 3) ${trace}`, 'n < 3 (4 vs. 3)'],
  [`[10:49:05] /workspace/src/o.cc:1: Unknown objective function: \`a:b\`\nObjective candidate: reg:gamma\n${trace}`, 'Unknown objective function: `a:b`'],
  ['', 'failed without giving a reason'],
])('%j', (text, sentence) => {
  expect(cleanXgboostError(text)).toBe(`XGBoost: ${sentence}`);
});
