import { partRef, unionParts } from '../../compiler/check/provenance.ts';
import type { InferContext, Inferred, Kind, Registry } from '../../compiler/kinds/kind.ts';
import { described, list, record, secret, text, word } from '../../compiler/kinds/schema.ts';
import type { FeaturesType, ModelType, PartName, PartRef } from '../../compiler/types.ts';
import { registry } from '../../stdlib/index.ts';

const parts = described(list(word('train', 'validate', 'test')), 'Parts of the split of its features.', []);

/** A model that says itself what it is fitted on and chosen by, beside all that its inputs were. */
const claiming: Kind = {
  name: 'claiming',
  keyword: 'model',
  version: 1,
  doc: 'For tests of the data flow.',
  example: '',
  inputs: [
    { name: 'x', accepts: ['features'], doc: 'Features.' },
    { name: 'other', accepts: ['features', 'model'], many: true, doc: 'What else it was made from.' },
  ],
  params: record({ fit: parts, chose: parts }),
  seeded: false,
  guarantee: 'bitwise',
  infer: inferClaiming,
  run: () => Promise.reject(new Error('never run')),
};

function inferClaiming(context: InferContext): Inferred | undefined {
  const types = context.inputs.flatMap((input) => (input.kind === 'value' ? [input.type as FeaturesType | ModelType] : []));
  const features = types.find((type) => type.kind === 'features');
  if (features === undefined) return undefined;
  const claimed = (key: string): PartRef[] => (context.params[key] as readonly PartName[]).map((part) => partRef(features.split, part));
  return {
    type: {
      kind: 'model',
      step: context.name,
      split: features.split,
      features: [features],
      task: features.split.task,
      interpretability: 'low',
      provenance: {
        fit: unionParts(claimed('fit'), ...types.map((type) => type.provenance.fit)),
        chose: unionParts(claimed('chose'), ...types.map((type) => type.provenance.chose)),
      },
    },
  };
}

/** The standard library with a model that may be fitted on anything. */
export const fakes: Registry = new Map([...registry, [claiming.name, claiming]]);

const table: Kind = {
  ...claiming,
  name: 'shout',
  keyword: 'table',
  inputs: [{ name: 'table', accepts: ['table'], doc: 'A table.' }],
  params: record({}),
  infer: ({ inputs: [input] }) => (input?.kind === 'value' ? { type: input.type } : undefined),
};

const clumsy: Kind = {
  ...table,
  name: 'clumsy',
  infer: () => {
    throw new Error('it fell over');
  },
};

/** Takes a credential. */
const upload: Kind = {
  ...table,
  name: 'upload',
  params: record({ token: described(secret(), 'A credential.'), to: described(text(), 'Where to.') }, ['token']),
};

/** What packages export as `kinds`, some of it wrong. */
export const packages: Readonly<Record<string, unknown>> = {
  sound: [table, clumsy, upload],
  hollow: undefined,
  crooked: [3, { ...table, version: 'new' }, { ...table, keyword: 'tabel' }, { ...table, inputs: [{ name: 'a', accepts: ['tables'] }] }, { ...table, params: {} }, { ...table, run: undefined }],
  greedy: [{ ...table, name: 'csv' }, table, table],
};
