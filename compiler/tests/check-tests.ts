import { diagnose, didYouMean, type TestClause, type TestItem } from '../../grammar/index.ts';
import { article } from '../infer/bind-inputs.ts';
import { plainString } from '../params/string-pieces.ts';
import type { Findings, ResolvedTest, Scope, TypedDeclaration } from '../program.ts';
import { indexText, resolveReference } from '../resolve/resolve-reference.ts';
import { findMeaning, namesInSight } from '../resolve/scope.ts';
import { readExpected, readGiven } from './read-rows.ts';
import type { ExpectedRows, TableTest, TestQuery, TestRows } from './table-test.ts';

/** The `test` blocks of a program in which everything has a type. */
export interface CheckTestsRequest {
  readonly tests: readonly ResolvedTest[];
  readonly declarations: readonly TypedDeclaration[];
  readonly findings: Findings;
}

/**
 * Makes of each `test` block what can be run without the pipeline. Rows that are given stand for what a table holds, so
 * what a source does to its rows (types, conditions, `dedupe`) is not done to them. After it: each table is given or made by a query
 * from tables that are, and every value fits its column. Titles are unique: where the rounds of a loop give a test one
 * title, the round is added. Tests that are wrong, or about declarations that are, are left out.
 */
export function checkTests(request: CheckTestsRequest): TableTest[] {
  const titles = new Map<string, TestItem>();
  return request.tests.flatMap((test) => {
    const { item, scope, round } = test;
    const plain = plainString(item.title, scope.params, request.findings) ?? '';
    const title = titles.get(plain) === item || (round !== '' && isConstant(item)) ? `${plain} (${round.slice(1)})` : plain;
    const first = titles.get(title);
    if (first !== undefined) {
      request.findings.add(diagnose('duplicate-test', item.title.span, { title }, [{ span: first.title.span, message: 'the first one is here' }]));
      return [];
    }
    titles.set(title, item);
    return checkTest(test, title, request) ?? [];
  });
}

/** Whether every round of a loop gives a test the same title. */
function isConstant({ title }: TestItem): boolean {
  return title.pieces.every((piece) => piece.kind === 'text');
}

/** A clause with the table that it names. */
interface Named {
  readonly clause: TestClause;
  readonly declaration: TypedDeclaration;
}

function checkTest(test: ResolvedTest, title: string, request: CheckTestsRequest): TableTest | undefined {
  const { findings } = request;
  const { item, scope } = test;
  if (!item.clauses.some(({ role }) => role === 'expect')) findings.add(diagnose('test-without-expect', item.title.span, { title }));
  const given = findTables(test, 'given', request);
  const expected = findTables(test, 'expect', request);
  if (given === undefined || expected === undefined || expected.length === 0 || !areApart(given, expected, findings)) return undefined;
  const queries = collectQueries(given, expected, { ...request, scope });
  if (queries === undefined) return undefined;
  for (const { clause, declaration } of given) {
    const isUsed = queries.some(({ inferred }) => inferred.tables?.some(({ step }) => step === declaration.name) === true);
    if (!isUsed) findings.add(diagnose('test-unused', clause.table.span, { table: declaration.name }));
  }
  const context = { params: scope.params, findings };
  const rows = given.map(({ clause, declaration }) => readGiven(clause, tableOf(declaration), (column) => isRead(column, declaration, queries), context));
  const results = expected.map(({ clause, declaration }): ExpectedRows | undefined => {
    const read = readExpected(clause, tableOf(declaration), context);
    return read === undefined ? undefined : { ...read, span: clause.span };
  });
  if (!isWhole(rows) || !isWhole(results)) return undefined;
  return { title, ...(item.doc === undefined ? {} : { doc: item.doc }), span: item.span, given: rows, queries: queries.map(queryOf), expected: results };
}

/** The tables of the clauses of one role; `undefined` when one is no table, or is there twice. */
function findTables({ item, scope }: ResolvedTest, role: TestClause['role'], request: CheckTestsRequest): Named[] | undefined {
  const { findings } = request;
  const clauses = item.clauses.filter((one) => one.role === role);
  const found = new Map<string, Named>();
  for (const clause of clauses) {
    const { span } = clause.table;
    const meant = findTable(clause, scope, request);
    if (meant === undefined) continue;
    const { text, declaration } = meant;
    const earlier = found.get(declaration.name);
    if (earlier !== undefined) {
      findings.add(diagnose('duplicate-key', span, { key: `${role} ${text}` }, [{ span: earlier.clause.table.span, message: 'given here first' }]));
    } else if (declaration.inferred.type.kind !== 'table') {
      findings.add(diagnose('wrong-input', span, { kind: role, wanted: 'a table', found: `\`${text}\`, which is ${article(declaration.inferred.type.kind)}` }));
    } else {
      found.set(declaration.name, { clause, declaration });
    }
  }
  return found.size === clauses.length ? [...found.values()] : undefined;
}

/** The declaration that a clause names; `undefined` where it names none, which is reported, or one that is wrong itself. */
function findTable({ table, role }: TestClause, scope: Scope, { declarations, findings }: CheckTestsRequest): { readonly text: string; readonly declaration: TypedDeclaration } | undefined {
  const { span } = table;
  const name = table.kind === 'word-value' ? table.text : table.name.text;
  if (findMeaning(scope, name.toLowerCase()) === undefined) {
    const tables = declarations.filter((one) => one.inferred.type.kind === 'table').map((one) => one.name);
    findings.add(diagnose('unknown-table', span, { name, tables, suggestion: didYouMean(name, tables) }));
    return undefined;
  }
  const resolved = resolveReference(table, scope, { single: true });
  if ('problem' in resolved) {
    if (resolved.problem !== undefined) findings.add(resolved.problem);
    return undefined;
  }
  const [one] = resolved.found;
  if (one === undefined) return undefined;
  if (resolved.collected) {
    findings.add(diagnose('wrong-input', span, { kind: role, wanted: 'a table', found: `\`${name}[*]\`, which is several: name one, as in \`${one.text}\`` }));
    return undefined;
  }
  const [part] = one.parts;
  if (part !== undefined) {
    findings.add(diagnose('wrong-input', span, { kind: role, wanted: 'a table', found: `\`${one.text}.${part.name.text}\`, a part of one` }));
    return undefined;
  }
  const declaration = declarations.find(({ name }) => name === one.target.step);
  return declaration === undefined ? undefined : { text: one.text, declaration };
}

/** A table that is given cannot show anything of its query. */
function areApart(given: readonly Named[], expected: readonly Named[], findings: Findings): boolean {
  const both = expected.filter(({ declaration }) => given.some((one) => one.declaration === declaration));
  for (const { clause, declaration } of both) findings.add(diagnose('test-given-and-expected', clause.table.span, { table: declaration.name }));
  return both.length === 0;
}

/** The declarations whose queries lead from the given tables to the expected ones, each after those that it reads. */
function collectQueries(given: readonly Named[], expected: readonly Named[], { declarations, findings, scope }: CheckTestsRequest & { readonly scope: Scope }): TypedDeclaration[] | undefined {
  const byName = new Map(declarations.map((one) => [one.name, one]));
  const stop = new Set(given.map(({ declaration }) => declaration.name));
  const needed = new Set<TypedDeclaration>();
  let sound = true;
  for (const { clause, declaration: wanted } of expected) {
    const pending = [wanted];
    const missing = new Map<string, TypedDeclaration>();
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (needed.has(next) || stop.has(next.name)) continue;
      if (next.inferred.query === undefined) {
        missing.set(next.name, next);
        continue;
      }
      needed.add(next);
      pending.push(...(next.inferred.tables ?? []).flatMap(({ step }) => byName.get(step) ?? []));
    }
    for (const source of missing.values()) {
      sound = false;
      const columns = [...new Set([...needed].flatMap(({ inferred }) => (inferred.tables ?? []).filter(({ step }) => step === source.name).flatMap((one) => one.columns)))];
      findings.add(diagnose('test-needs-given', clause.table.span, { table: wanted.name, needs: source.name, name: nameIn(scope, source), columns }));
    }
  }
  // In the order of the program, each declaration stands after what it reads.
  return sound ? declarations.filter((one) => needed.has(one)) : undefined;
}

/** How a scope calls a declaration: by its name, or as the member of a loop's. `undefined`: it is of another file. */
function nameIn(scope: Scope, { name, item, scope: own }: TypedDeclaration): string | undefined {
  const called = namesInSight(scope).find((one) => {
    const meaning = findMeaning(scope, one.toLowerCase());
    return meaning?.kind === 'step' && meaning.step === name;
  });
  if (called !== undefined) return called;
  const declared = item.name.text;
  const meaning = findMeaning(scope, declared.toLowerCase());
  if (meaning?.kind !== 'collection' || own.file !== scope.file) return undefined;
  const keys: string[] = [];
  for (let at = own; at.parent !== undefined; at = at.parent) {
    const variable = [...at.params.keys()].at(-1) ?? '';
    keys.unshift(indexText(String(at.params.get(variable)?.value)));
  }
  return declared + keys.join('');
}

function isRead(column: string, { name }: TypedDeclaration, queries: readonly TypedDeclaration[]): boolean {
  return queries.some(({ inferred }) => inferred.tables?.some(({ step, columns }) => step === name && columns.includes(column)) === true);
}

function queryOf({ name, inferred }: TypedDeclaration): TestQuery {
  const names = inferred.query?.tables ?? [];
  return { step: name, text: inferred.query?.ordered ?? '', tables: (inferred.tables ?? []).map(({ step }, index) => ({ name: names[index] ?? step, step })) };
}

function tableOf({ name, inferred }: TypedDeclaration): TestRows {
  return { step: name, columns: inferred.type.kind === 'table' ? inferred.type.columns : [], rows: [] };
}

function isWhole<T>(rows: readonly (T | undefined)[]): rows is readonly T[] {
  return rows.every((one) => one !== undefined);
}
