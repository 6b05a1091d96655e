import { Ajv, type ValidateFunction } from 'ajv';
import { walk, type Document } from '../../grammar/index.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import type { RecordSchema } from '../kinds/schema.ts';
import type { Plan } from '../plan/plan.ts';
import type { CheckedDeclaration, LoadedProgram, Params, ParamType, ParamValue, ResolvedDeclaration, ResolvedProgram, TypedDeclaration } from '../program.ts';
import type { TableTest } from '../tests/table-test.ts';
import type { Column } from '../types.ts';
import type { Claim } from './claim.ts';
import { verifyPlan } from './verify-plan.ts';

/**
 * Checks what the docstring of a phase promises of its result; for the hook `verify` of a `CompileRequest`, in tests.
 * Throws an error that names the phase: a broken promise is a bug of the compiler, whatever it was given.
 */
export function verifyPhase(phase: string, result: unknown): void {
  const claim: Claim = (holds, what) => {
    if (!holds) throw new Error(`after ${phase}: ${what}`);
  };
  switch (phase) {
    case 'load':
      return verifyLoaded(result as LoadedProgram, claim);
    case 'resolve':
      return verifyResolved(result as ResolvedProgram, claim);
    case 'link':
      return verifyNeeded(result as readonly ResolvedDeclaration[], claim);
    case 'check-params':
      return verifyChecked(result as readonly CheckedDeclaration[], claim);
    case 'infer':
      return verifyTyped(result as readonly TypedDeclaration[], claim);
    case 'check-tests':
      return verifyTests(result as readonly TableTest[], claim);
    case 'lower':
    case 'dead-steps':
    case 'common-steps':
    case 'fuse-queries':
    case 'fan-out':
      return verifyPlan(result as Plan, phase, claim);
    default:
      throw new Error(`there is no phase ${phase}`);
  }
}

function verifyDocument(document: Document, claim: Claim): void {
  walk(document, (node) => {
    const { start, end, file } = node.span;
    claim(file === document.span.file && document.span.start <= start && start <= end && end <= document.span.end, `the ${node.kind} at ${start} has no sound span`);
  });
  const starts = document.items.map((item) => item.span.start);
  claim(starts.every((start, index) => start >= (starts[index - 1] ?? 0)), 'items are not in the order of the file');
}

function verifyLoaded({ files, registry, environment }: LoadedProgram, claim: Claim): void {
  claim(new Set(files.map((one) => one.file)).size === files.length, 'a file is there twice');
  for (const { document, imports } of files) {
    verifyDocument(document, claim);
    for (const target of imports.values()) claim(files.includes(target), `${target.file} is imported and not there`);
  }
  for (const [name, kind] of registry) claim(kind.name === name, `the kind ${name} is called ${kind.name}`);
  for (const name of environment.keys()) claim(name !== '', 'a variable has no name');
}

function verifyResolved({ declarations, pipeline, wanted }: ResolvedProgram, claim: Claim): void {
  const names = new Set(declarations.map((one) => one.name.toLowerCase()));
  claim(names.size === declarations.length, 'names are not unique');
  for (const name of wanted) claim(names.has(name.toLowerCase()), `${name} is wanted and not declared`);
  for (const { name, kind, item, scope } of declarations) {
    claim(kind.keyword === item.keyword.text, `${name} is not what its keyword says`);
    claim(scope.file === item.span.file, `${name} is looked up in another file`);
    verifyParams(scope.params, claim);
  }
  claim(Number.isSafeInteger(pipeline.seed), 'the seed is not a whole number');
}

function verifyNeeded(declarations: readonly ResolvedDeclaration[], claim: Claim): void {
  claim(new Set(declarations.map((one) => one.name)).size === declarations.length, 'a declaration is there twice');
}

function verifyParams(params: Params, claim: Claim): void {
  for (const [key, { name, type, value }] of params) claim(key === name && isOfType(value, type), `${name} is not ${type.kind}`);
}

function isOfType(value: ParamValue, type: ParamType): boolean {
  if (value === null) return type.nullable === true;
  if (type.kind !== 'list') {
    return typeof value === { int: 'number', float: 'number', bool: 'boolean', string: 'string', date: 'string', timestamp: 'string' }[type.kind] && (type.kind !== 'int' || Number.isSafeInteger(value));
  }
  const { item } = type;
  return Array.isArray(value) && (item === undefined || (value as readonly ParamValue[]).every((one) => isOfType(one, item)));
}

const ajv = new Ajv({ useDefaults: true, strict: false, validateSchema: false });
const validators = new WeakMap<RecordSchema, ValidateFunction>();

function verifyChecked(declarations: readonly CheckedDeclaration[], claim: Claim): void {
  for (const { name, kind, params, item, spanOf } of declarations) {
    const validate = validators.get(kind.params) ?? ajv.compile(kind.params);
    validators.set(kind.params, validate);
    const again = structuredClone(params) as Record<string, Json>;
    claim(validate(again), `parameters of ${name} are not what its schema says: ${JSON.stringify(validate.errors)}`);
    claim(canonicalJson(again) === canonicalJson(params), `${name} lacks defaults`);
    for (const key of Object.keys(params)) {
      const span = spanOf([key]);
      claim(span.file === item.span.file && span.start <= span.end, `${key} of ${name} has no place`);
    }
  }
}

function verifyTyped(declarations: readonly TypedDeclaration[], claim: Claim): void {
  const done = new Map<string, TypedDeclaration>();
  for (const declaration of declarations) {
    const { name, kind, inputs, inferred, params } = declaration;
    inputs.forEach((input, index) => {
      const accepts = (kind.inputs[index] ?? kind.inputs.at(-1))?.accepts ?? [];
      if (input.kind === 'text') {
        claim(accepts.includes('file') || accepts.includes('sql'), `${name} takes no text`);
        return;
      }
      claim(done.has(input.step), `${name} stands before ${input.step}, which it reads`);
      claim(accepts.includes(input.type.kind), `${name} does not take a ${input.type.kind}`);
    });
    for (const { step, columns } of inferred.tables ?? []) {
      const type = done.get(step)?.inferred.type;
      claim(type?.kind === 'table', `${name} reads ${step}, which is no table before it`);
      if (type?.kind === 'table') verifyColumns(columns, type.columns, `${name} reads ${step}`, claim);
    }
    if ('step' in inferred.type) claim(inferred.type.step === name, `the type of ${name} names another step`);
    const own = inferred.type.kind === 'table' ? inferred.type.columns : undefined;
    const columns = own ?? columnsOf(inputs[0]?.kind === 'value' ? inputs[0].type : undefined);
    if (columns !== undefined) verifyColumns(namedColumns(params), columns, `parameters of ${name}`, claim);
    done.set(name, declaration);
  }
}

function columnsOf(type: TypedDeclaration['inferred']['type'] | undefined): readonly Column[] | undefined {
  if (type?.kind === 'table' || type?.kind === 'split') return type.columns;
  return type?.kind === 'features' ? type.split.columns : undefined;
}

/** Every column that parameters name. */
function namedColumns(value: Json): string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(namedColumns);
  if (typeof value !== 'object' || value === null) return [];
  const name = (value as JsonObject)['$column'];
  return typeof name === 'string' ? [name] : Object.values(value).flatMap(namedColumns);
}

function verifyColumns(names: readonly string[], columns: readonly Column[], where: string, claim: Claim): void {
  for (const name of names) claim(columns.some((column) => column.name === name), `${where}: there is no column ${name}`);
}

function verifyTests(tests: readonly TableTest[], claim: Claim): void {
  for (const { title, given, queries, expected } of tests) {
    const made = new Set(given.map(({ step }) => step));
    for (const { step, tables } of queries) {
      for (const table of tables) claim(made.has(table.step), `${step} reads ${table.step} before it is there, in the test ${title}`);
      made.add(step);
    }
    claim(expected.length > 0 && expected.every(({ step }) => made.has(step)), `what is expected is not made in the test ${title}`);
    for (const { step, columns, rows } of [...given, ...expected]) claim(rows.every((row) => row.length === columns.length), `a row of ${step} has not one cell a column, in the test ${title}`);
  }
}
