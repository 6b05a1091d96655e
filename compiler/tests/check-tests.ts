import { diagnose, didYouMean, type TestClause, type TestItem } from '../../grammar/index.ts';
import { article } from '../infer/bind-inputs.ts';
import { plainString } from '../params/string-pieces.ts';
import type { Findings, Scope, TypedDeclaration } from '../program.ts';
import { findMeaning } from '../resolve/scope.ts';
import { readExpected, readGiven } from './read-rows.ts';
import type { ExpectedRows, TableTest, TestQuery, TestRows } from './table-test.ts';

/** The `test` blocks of a program in which everything has a type. */
export interface CheckTestsRequest {
  readonly tests: readonly TestItem[];
  readonly declarations: readonly TypedDeclaration[];
  /** Names of the file that is run. */
  readonly scope: Scope;
  readonly findings: Findings;
}

/**
 * Makes of each `test` block what can be run without the pipeline. Rows that are given stand for what a table holds, so
 * what a source does to its rows (types, conditions, `dedupe`) is not done to them. After it: each table is given or made by a query
 * from tables that are, and every value fits its column. Tests that are wrong, or about declarations that are, are left
 * out.
 */
export function checkTests(request: CheckTestsRequest): TableTest[] {
  const titles = new Map<string, TestItem>();
  return request.tests.flatMap((item) => {
    const title = plainString(item.title, request.scope.params, request.findings) ?? '';
    const first = titles.get(title);
    if (first !== undefined) {
      request.findings.add(diagnose('duplicate-test', item.title.span, { title }, [{ span: first.title.span, message: 'the first one is here' }]));
      return [];
    }
    titles.set(title, item);
    return checkTest(item, title, request) ?? [];
  });
}

/** A clause with the table that it names. */
interface Named {
  readonly clause: TestClause;
  readonly declaration: TypedDeclaration;
}

function checkTest(item: TestItem, title: string, request: CheckTestsRequest): TableTest | undefined {
  const { findings } = request;
  if (!item.clauses.some(({ role }) => role === 'expect')) findings.add(diagnose('test-without-expect', item.title.span, { title }));
  const given = findTables(item, 'given', request);
  const expected = findTables(item, 'expect', request);
  if (given === undefined || expected === undefined || expected.length === 0 || !areApart(given, expected, findings)) return undefined;
  const queries = collectQueries(given, expected, request);
  if (queries === undefined) return undefined;
  for (const { clause, declaration } of given) {
    const isUsed = queries.some(({ inferred }) => inferred.tables?.some(({ step }) => step === declaration.name) === true);
    if (!isUsed) findings.add(diagnose('test-unused', clause.table.span, { table: declaration.name }));
  }
  const context = { params: request.scope.params, findings };
  const rows = given.map(({ clause, declaration }) => readGiven(clause, tableOf(declaration), (column) => isRead(column, declaration, queries), context));
  const results = expected.map(({ clause, declaration }): ExpectedRows | undefined => {
    const read = readExpected(clause, tableOf(declaration), context);
    return read === undefined ? undefined : { ...read, span: clause.span };
  });
  if (!isWhole(rows) || !isWhole(results)) return undefined;
  return { title, ...(item.doc === undefined ? {} : { doc: item.doc }), span: item.span, given: rows, queries: queries.map(queryOf), expected: results };
}

/** The tables of the clauses of one role; `undefined` when one is no table, or is there twice. */
function findTables(item: TestItem, role: TestClause['role'], request: CheckTestsRequest): Named[] | undefined {
  const { findings } = request;
  const clauses = item.clauses.filter((one) => one.role === role);
  const found = new Map<string, Named>();
  for (const clause of clauses) {
    const { text: name, span } = clause.table;
    const folded = name.toLowerCase();
    const meaning = findMeaning(request.scope, folded);
    const declaration = meaning?.kind === 'step' ? request.declarations.find((one) => one.name === meaning.step) : undefined;
    const earlier = found.get(folded);
    if (earlier !== undefined) {
      findings.add(diagnose('duplicate-key', span, { key: `${role} ${name}` }, [{ span: earlier.clause.table.span, message: 'given here first' }]));
    } else if (declaration === undefined) {
      if (meaning?.kind === 'collection') findings.add(diagnose('wrong-input', span, { kind: role, wanted: 'a table', found: `\`${meaning.name}\`, which is several: a loop made it` }));
      if (meaning !== undefined) continue;
      const tables = request.declarations.filter((one) => one.inferred.type.kind === 'table').map((one) => one.name);
      findings.add(diagnose('unknown-table', span, { name, tables, suggestion: didYouMean(name, tables) }));
    } else if (declaration.inferred.type.kind !== 'table') {
      findings.add(diagnose('wrong-input', span, { kind: role, wanted: 'a table', found: `\`${declaration.name}\`, which is ${article(declaration.inferred.type.kind)}` }));
    } else {
      found.set(folded, { clause, declaration });
    }
  }
  return found.size === clauses.length ? [...found.values()] : undefined;
}

/** A table that is given cannot show anything of its query. */
function areApart(given: readonly Named[], expected: readonly Named[], findings: Findings): boolean {
  const both = expected.filter(({ declaration }) => given.some((one) => one.declaration === declaration));
  for (const { clause, declaration } of both) findings.add(diagnose('test-given-and-expected', clause.table.span, { table: declaration.name }));
  return both.length === 0;
}

/** The declarations whose queries lead from the given tables to the expected ones, each after those that it reads. */
function collectQueries(given: readonly Named[], expected: readonly Named[], { declarations, findings }: CheckTestsRequest): TypedDeclaration[] | undefined {
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
      findings.add(diagnose('test-needs-given', clause.table.span, { table: wanted.name, needs: source.name, columns }));
    }
  }
  // In the order of the program, each declaration stands after what it reads.
  return sound ? declarations.filter((one) => needed.has(one)) : undefined;
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
