import { Ajv, type JSONSchemaType } from 'ajv';
import { describe, expect, it } from 'vitest';
import { planJson } from '../../apps/cli/render/plan-json.ts';
import { safeJson } from '../../apps/cli/render/safe-json.ts';
import { edited, plan, unchanged } from './example.ts';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const hexadecimal = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const record = (required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}): object => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});

/** The shape that cli.md promises. */
const schema = record(
  {
    pipeline: text,
    file: text,
    summary: record({ cached: count, run: count, maybe: count, removed: count, fits: count }),
    steps: {
      type: 'array',
      items: record(
        {
          name: text,
          keyword: text,
          kind: text,
          state: { enum: ['cached', 'run', 'maybe', 'removed'] },
          change: { enum: ['added', 'changed', 'unchanged', 'removed'] },
          reasons: { type: 'array', items: record({ part: text, before: { type: ['string', 'null'] }, after: { type: ['string', 'null'] } }) },
          inputs: { type: 'array', items: text, uniqueItems: true },
          reads: { type: 'object', additionalProperties: { type: 'array', items: text, uniqueItems: true } },
          fingerprint: hexadecimal,
          guarantee: { enum: ['bitwise', 'platform', 'statistical'] },
          estimate: record({ seconds: { type: 'number', minimum: 0 }, basis: { enum: ['history', 'guess'] } }, { rows: count, bytes: count }),
        },
        {
          doc: text,
          produces: { type: 'array', items: record({ name: text, type: text }) },
          key: hexadecimal,
          renamedFrom: text,
          fusedInto: text,
          sameAs: text,
          failed: { const: true },
          heldBy: text,
          after: { type: 'array', items: text },
          engine: record({ name: text, version: text }),
        },
      ),
    },
  },
  { doc: text },
);

interface StepJson {
  readonly name: string;
  readonly state: string;
  readonly inputs: readonly string[];
  readonly reads: Readonly<Record<string, readonly string[]>>;
  readonly produces?: readonly { readonly name: string; readonly type: string }[];
  readonly guarantee: string;
}

interface PlanJson {
  readonly summary: Readonly<Record<string, number>>;
  readonly steps: readonly StepJson[];
}

function printed(preview: typeof edited): PlanJson {
  return JSON.parse(safeJson(planJson(preview, () => 'platform'))) as PlanJson;
}

describe('plan --json', () => {
  const validate = new Ajv({ allowUnionTypes: true }).compile(schema as JSONSchemaType<unknown>);

  for (const [name, preview] of Object.entries({ edited, unchanged })) {
    it(`has the shape of the contract: ${name}`, () => {
      validate(printed(preview));
      expect(validate.errors ?? []).toEqual([]);
    });
  }

  it('counts the steps by state', () => {
    expect(printed(edited).summary).toEqual({ cached: 2, run: 4, maybe: 5, removed: 1, fits: 2 });
    expect(printed(unchanged).summary).toEqual({ cached: plan.steps.length, run: 0, maybe: 0, removed: 0, fits: 0 });
  });

  it('names inputs as NAME or NAME.PART, each once, and the columns read of them', () => {
    const steps = new Map(printed(edited).steps.map((step) => [step.name, step]));
    expect(steps.get('gbm')?.inputs).toEqual(['x', 'parts', 'legs']);
    expect(steps.get('gbm')?.reads).toEqual({ legs: ['distance', 'late', 'origin'] });
    expect(steps.get('champion')?.inputs).toEqual(['scores.validate', 'gbm', 'linear_odds', 'majority']);
    expect(steps.get('legs')?.produces).toEqual([{ name: 'origin', type: 'string' }, { name: 'distance', type: 'int?' }, { name: 'late', type: 'bool' }]);
  });

  it('lists steps in an order in which they could run, removed ones last', () => {
    const { steps } = printed(edited);
    const names = steps.map(({ name }) => name);
    for (const [index, step] of steps.entries()) {
      for (const input of step.inputs) expect(names.slice(0, index)).toContain(input.split('.')[0]);
    }
    expect(steps.at(-1)).toMatchObject({ name: 'forest', state: 'removed', guarantee: 'platform' });
  });
});

describe('safeJson', () => {
  it('writes as strings what JSON readers would change', () => {
    const value = { big: 2 ** 53, safe: 2 ** 53 - 1, huge: 10n ** 20n, small: 3n, nan: NaN, infinite: -Infinity, half: 0.5 };
    expect(JSON.parse(safeJson(value))).toEqual({ big: '9007199254740992', safe: 9007199254740991, huge: '100000000000000000000', small: 3, nan: 'NaN', infinite: '-Infinity', half: 0.5 });
  });
});
