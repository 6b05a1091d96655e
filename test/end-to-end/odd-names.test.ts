import { describe, expect, it } from 'vitest';
import { newProject } from './program.ts';

/** Names that are SQL's own words, and columns with spaces, quotes, upper case and other alphabets. */
const PIPELINE = `
source table = csv("data.csv") { schema { "Total Amount": float, "he \\"said\\" hi": string } }
table select = sql("""
  SELECT "select", "Total Amount", "he ""said"" hi", größe, "ORDER", "it's", label, 日本, "group" FROM "table"
""")
split from = holdout(select) { target: label, positive: "yes" }
features where = prepare(from) {
  impute { "Total Amount": mean }
  encode { "he \\"said\\" hi": one_hot, ORDER: ordinal, "group": target_mean }
  scale { "größe": standard }
}
model order = logistic(where)
model group = baseline(where)
report join = evaluate(order, group)
choice having = select(join.validate) { maximize: auc }
check limit = expect(select) { not_null: ["Total Amount", "it's", "日本"] }
test "odd" {
  given table: [{ "select": 1, "it's": 2, "日本": 3, "größe": 0.5, "he \\"said\\" hi": "x", "Total Amount": 2.5 }]
  expect select: [{ "it's": 2, "größe": 0.5, "ORDER": none }]
}
`;

const HEADER = 'select,Total Amount,"he ""said"" hi",größe,ORDER,it\'s,label,日本,group';
const ROWS = Array.from({ length: 120 }, (_, i) => `${i},${(i * 7) % 11}.5,${'abc'[i % 3]},0.${i % 9},${'xyz'[(i * 5) % 3]},${i % 7},${(i * 13) % 5 > 1 ? 'yes' : 'no'},${i % 5},g${i % 4}`);

describe('odd names', () => {
  it('go from a file to a model and out again', async () => {
    const project = newProject({ 'p.mlp': PIPELINE, 'data.csv': `${[HEADER, ...ROWS].join('\n')}\n` });
    expect(await project.run(['test', 'p.mlp', '--quiet'])).toMatchObject({ code: 0, output: '' });
    expect(await project.run(['apply', 'p.mlp', '--quiet'])).toMatchObject({ code: 0, output: '' });
    const shown = JSON.parse((await project.run(['show', 'p.mlp', 'select', '--json'])).stdout) as { columns: { name: string }[] };
    expect(shown.columns.map(({ name }) => name)).toEqual(['select', 'Total Amount', 'he "said" hi', 'größe', 'ORDER', "it's", 'label', '日本', 'group']);
    expect(await project.run(['export', 'p.mlp', 'where.test', '-o', 'out.csv'])).toMatchObject({ code: 0 });
    expect(await project.run(['export', 'p.mlp', 'order', '-o', 'out.json'])).toMatchObject({ code: 0 });
    expect((await project.run(['show', 'p.mlp', 'having'])).stdout).toMatch(/order|group/);
  });
});
