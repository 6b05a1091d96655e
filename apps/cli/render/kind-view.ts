import type { Kind, Registry } from '../../../compiler/kinds/kind.ts';
import { describeParameters, signatureOf } from '../../reference/describe-kind.ts';
import { firstSentence, hanging, pad, wrap, type View } from './text.ts';

/** All kinds that a declaration can name, by keyword, with what each is for. */
export function renderKinds(registry: Registry, view: View): string[] {
  const named = [...registry.values()].filter((kind) => kind.keyword !== undefined);
  const width = Math.max(...named.map(({ name }) => name.length)) + 2;
  return [...new Set(named.map(({ keyword }) => keyword))].flatMap((keyword) => [
    view.paint('bold', keyword ?? ''),
    ...named
      .filter((kind) => kind.keyword === keyword)
      .flatMap(({ name, doc }) => hanging(`  ${view.paint('cyan', pad(name, width))}`, firstSentence(doc), view.width)),
  ]);
}

/** One kind: how it is declared, what it does, its inputs and parameters, and an example. */
export function renderKind(kind: Kind, view: View): string[] {
  const { paint, width } = view;
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', paint('bold', title), ...lines]);
  return [
    paint('cyan', signatureOf(kind)),
    ...kind.doc.split(/\n\n+/).flatMap((paragraph) => ['', ...wrap(paragraph, width)]),
    ...section('Inputs', kind.inputs.flatMap(({ name, doc }) => hanging(`  ${paint('cyan', name)}  `, doc, width))),
    ...section(
      'Parameters',
      describeParameters(kind).flatMap(({ path, accepts, required, default: fallback, doc }) => [
        ...hanging(`  ${paint('cyan', path)}  `, `${accepts}${required ? ', required' : fallback === undefined ? '' : `, ${fallback} unless given`}`, width),
        ...hanging('      ', doc, width),
      ]),
    ),
    ...section('Example', kind.example.trim().split('\n').map((line) => `  ${line}`)),
  ];
}
