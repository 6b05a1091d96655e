import type { NumberValue, Unit } from './ast.ts';
import { diagnose, type Diagnostic } from './diagnostics/diagnostic.ts';
import { didYouMean } from './diagnostics/nearest.ts';
import type { Span } from './span.ts';

const units: readonly Unit[] = ['%', 'ms', 's', 'm', 'h', 'd', 'w', 'B', 'kB', 'KB', 'MB', 'GB', 'KiB', 'MiB', 'GiB'];

const shape = /^([+-]?)([\d_]*)(\.?)([\d_]*)((?:[eE][+-]?[\d_]+)?)(.*)$/;
const digits = /^\d+(?:_\d+)*$/;

function isUnit(text: string): text is Unit {
  return (units as readonly string[]).includes(text);
}

/** Reads a number token; what is wrong in it is reported and the rest understood as well as can be. */
export function parseNumber(span: Span, text: string, report: (diagnostic: Diagnostic) => void): NumberValue {
  const [, sign = '', whole = '', dot = '', fraction = '', exponent = '', unit = ''] = shape.exec(text) ?? [];
  const value = Number(`${sign}${whole || '0'}.${fraction || '0'}${exponent}`.replaceAll('_', ''));
  const groups = [whole, ...(dot === '' ? [] : [fraction]), ...(exponent === '' ? [] : [exponent.replace(/^[eE][+-]?/, '')])];
  if (!groups.every((group) => digits.test(group))) {
    const tidy = (group: string): string => group.split('_').filter(Boolean).join('_') || '0';
    const mended = `${sign}${tidy(whole)}${dot === '' ? '' : `.${tidy(fraction)}`}${exponent.replace(/_+$/, '')}`;
    report(diagnose('bad-number', span, { text, suggestion: digitsOnly(mended) ? mended + unit : undefined }));
  } else if (unit !== '' && !isUnit(unit)) {
    const at = { ...span, start: span.end - unit.length };
    report(diagnose('unknown-unit', at, { unit, suggestion: didYouMean(unit, units) }));
  }
  return { kind: 'number', span, text, value, ...(isUnit(unit) ? { unit } : {}) };
}

function digitsOnly(text: string): boolean {
  return Number.isFinite(Number(text.replaceAll('_', '')));
}
