/** What a new project begins with, by paths within it. */
export interface Template {
  readonly pipeline: string;
  readonly data: string;
}

/** The files of a new project. */
export const TEMPLATE_FILES = { pipeline: 'churn.mlp', data: 'data/customers.csv' } as const satisfies Record<keyof Template, string>;

const CUSTOMERS = 800;

/** A pipeline that teaches by its comments, and made-up data for it. Without `trees` it needs no engine but those of npm. */
export function renderTemplate({ trees }: { readonly trees: boolean }): Template {
  return { pipeline: pipelineText(trees), data: customers() };
}

function pipelineText(trees: boolean): string {
  const models = trees ? ['trees', 'lines', 'guess'] : ['lines', 'guess'];
  return `${DATA}${trees ? TREES : ''}${LINES}
report scores = evaluate(${models.join(', ')})
${CHOICE}`;
}

const DATA = `/// Which customers leave?
///
/// Comments with three slashes are shown in plans and reports. Every declaration has one form,
/// \`keyword name = kind(inputs) { parameters }\`; \`mlp kinds\` lists the kinds, \`mlp kinds csv\` explains one.
pipeline churn {
  seed: 1
}

/// \`?\` says that a value may be missing. A row that is not as declared is kept apart: \`mlp show churn.mlp customers.quarantine\`.
source customers = csv("${TEMPLATE_FILES.data}") {
  schema {
    customer: int
    plan: string
    months: int(where: "months >= 0")
    calls: int?
    price: float
    left: bool
  }
  invalid: quarantine
}

/// Features are SQL (DuckDB's). What a model does not read may change without training it again.
table history = sql("""
  SELECT customer, plan, months, calls, price, price * months AS paid, "left"
  FROM customers
""")

/// What reads the table waits for this; if it fails, it says which rows.
check sane = expect(history) {
  rows: 100..
  not_null: [plan, months]
}

/// 70% to train on, 15% to choose by, 15% to test at the end, with the same share of customers who left in each.
split parts = holdout(history) { target: left }

/// Fitted on the training part alone, and applied to the others and to new rows.
features x = prepare(parts) {
  drop: [customer]
  impute { numeric: median }
  encode { plan: one_hot }
  scale { numeric: standard }
}
`;

const TREES = `
/// Boosted trees. Try another depth, and look at what \`mlp plan churn.mlp\` says before you apply it.
model trees = xgboost(x) {
  rounds: 200
  max_depth: 3
  eta: 0.1
  early_stopping { rounds: 20, on: auc }
}
`;

const LINES = `
model lines = logistic(x)

/// What always saying the same would reach.
model guess = baseline(x)
`;

const CHOICE = `
/// Chosen by the validation part. Choosing by the test part does not compile.
choice best = select(scores.validate) { maximize: auc }
`;

/** Customers who leave early, after many calls, and on the dear plan: made by a small generator, the same everywhere. */
function customers(): string {
  const random = generator(20260101);
  const lines = Array.from({ length: CUSTOMERS }, (_, index) => {
    const plan = ['basic', 'plus', 'pro'][Math.floor(random() * 3)] ?? 'basic';
    const months = Math.floor(random() ** 2 * 60);
    const calls = Math.floor(random() ** 3 * 9);
    const price = { basic: 9, plus: 19, pro: 39 }[plan] ?? 9;
    const pull = -1.2 + 0.5 * calls - 0.05 * months + (plan === 'pro' ? 0.9 : 0);
    const left = random() < 1 / (1 + Math.exp(-pull));
    const known = random() < 0.95;
    return [index + 1, plan, months, known ? calls : '', price.toFixed(2), left].join(',');
  });
  return `${['customer,plan,months,calls,price,left', ...lines].join('\n')}\n`;
}

/** Numbers from 0 to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
