import { didYouMean } from '../../../grammar/index.ts';
import { registry } from '../../../stdlib/index.ts';
import { describeParameters } from '../../reference/describe-kind.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { failure } from '../failure.ts';
import { renderKind, renderKinds } from '../render/kind-view.ts';
import { safeJson } from '../render/safe-json.ts';

/** `mlp kinds [KIND]`. JSON: `{"kinds": [{"name", "keyword", "doc", "inputs", "parameters", "guarantee", "example"}]}`. */
export const kinds: RunCommand = ({ flags, terminal }, { args: [name] }) => {
  const named = [...registry.values()].filter((kind) => kind.keyword !== undefined);
  const wanted = name === undefined ? named : named.filter((kind) => kind.name === name);
  const [only] = wanted;
  if (name !== undefined && only === undefined) {
    const known = named.map((kind) => kind.name);
    throw failure('usage', { problem: `there is no kind \`${name}\``, hint: didYouMean(name, known) ?? '`mlp kinds` lists them' });
  }
  if (flags.json) {
    const described = wanted.map((kind) => {
      const { keyword, doc, inputs, guarantee, example } = kind;
      return { name: kind.name, keyword: keyword ?? '', doc, inputs: inputs.map(({ name: input, accepts, many = false, doc: text }) => ({ name: input, accepts, many, doc: text })), parameters: describeParameters(kind), guarantee, example };
    });
    terminal.print(safeJson({ kinds: described }, 2));
  } else {
    const lines = name === undefined || only === undefined ? renderKinds(registry, terminal.view()) : renderKind(only, terminal.view());
    for (const line of lines) terminal.print(line);
  }
  return Promise.resolve(EXIT.done);
};
