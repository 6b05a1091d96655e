import { expect, test } from 'vitest';
import { diagnose, renderDiagnostic, type Diagnostic, type Paint } from '../../grammar/index.ts';

const file = 'pipelines/flights.mlp';

function render(text: string, part: string, more: Partial<Diagnostic> = {}, paint?: Paint): string {
  const start = text.indexOf(part);
  const made = diagnose('stray-token', { file, start, end: start + part.length }, { found: '`x`' });
  return renderDiagnostic({ ...made, ...more }, (name) => (name === file ? text : undefined), paint);
}

test('the line, carets, the hint beside them, and related places below', () => {
  const text = 'source flights = csv("x")\n\n  SELECT origin, distnace,\n';
  const related = [{ span: { file, start: 0, end: 6 }, message: '`flights` is declared' }];
  expect(render(text, 'distnace', { hint: 'did you mean `distance`?', related })).toBe(
    [
      'error[stray-token]: `x` does not belong here',
      '  ┌─ pipelines/flights.mlp:3:18',
      ' 3│   SELECT origin, distnace,',
      '  │                  ^^^^^^^^ did you mean `distance`?',
      '  = `flights` is declared (at 1:1)',
    ].join('\n'),
  );
});

test.each([
  ['a tab is two columns', '\ta: x', 'x', ['   a: x', '      ^']],
  ['wide characters are two columns', '"日本": x', 'x', [' "日本": x', '         ^']],
  ['wide characters are underlined whole', '"日本": x', '日本', [' "日本": x', '  ^^^^']],
  ['combining marks and emoji', 'é "👩‍🔬" x', 'x', [' é "👩‍🔬" x', '        ^']],
  ['of several lines the first is shown', 'a {\n  b\n}', '{\n  b\n}', [' a {', '   ^…']],
  ['an empty place has one caret', 'a', '', [' a', ' ^']],
  ['windows line ends are not shown', 'a x\r\nb', 'x', [' a x', '   ^']],
])('%s', (_, text, part, [source, carets]) => {
  const lines = render(text, part).split('\n');
  expect([lines[2]?.slice(3), lines[3]?.slice(3)]).toEqual([source, carets]);
});

test('control characters never reach the terminal', () => {
   
  expect(render('a \u001b[31m x', 'x')).not.toMatch(/\u001b/);
});

test('a long line is cut around the place', () => {
  const lines = render(`${'a'.repeat(500)} x ${'b'.repeat(500)}`, ' x ').split('\n');
  expect(lines[2]?.length).toBeLessThan(170);
  expect(lines[2]?.[lines[3]?.indexOf('^^^') ?? 0]).toBe(' ');
});

test('without a place, or without the text, the message and the hint are left', () => {
  const made = diagnose('stray-token', undefined, { found: '`x`' });
  expect(renderDiagnostic({ ...made, hint: 'leave it' }, () => undefined)).toBe(
    'error[stray-token]: `x` does not belong here\n  = leave it',
  );
  expect(render('', '', { span: { file: 'gone.mlp', start: 5, end: 6 } })).toContain('┌─ gone.mlp');
});

test('colours come from outside', () => {
  const mark = (name: string) => (text: string): string => `<${name}>${text}</${name}>`;
  const paint = { error: mark('e'), warning: mark('w'), hint: mark('h'), dim: mark('d'), bold: mark('b') };
  const shown = render('a x', 'x', { hint: 'why' }, paint);
  expect(shown).toContain('<e>error[stray-token]</e>');
  expect(shown).toContain('<e>  ^</e> <h>why</h>');
});
