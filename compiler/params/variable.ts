import { diagnose, type CallValue } from '../../grammar/index.ts';
import type { Environment, Findings } from '../program.ts';
import { plainText } from './plain-text.ts';

/** The variable that `env("NAME")` or `secret("NAME")` names, if the call is one, and well formed. */
export function variableOf({ name, args, named }: CallValue, called: 'env' | 'secret'): string | undefined {
  const [first, second] = args;
  if (name.text !== called || first?.kind !== 'string' || second !== undefined || named.length > 0) return undefined;
  const text = plainText(first);
  return text === undefined || !VARIABLE.test(text) ? undefined : text;
}

/** What systems allow between `NAME` and `=`. */
const VARIABLE = /^[^=\0]+$/;

/** The value of `env("NAME")`; `undefined` where there is none, which has then been reported. */
export function readVariable(call: CallValue, environment: Environment, findings: Findings): string | undefined {
  const name = variableOf(call, 'env');
  if (name === undefined) {
    findings.add(diagnose('variable-name', call.span, { call: 'env' }));
    return undefined;
  }
  const value = environment.get(name);
  if (value === undefined) findings.add(diagnose('variable-missing', call.span, { name }));
  return value;
}
