import { Ajv } from 'ajv';
import { declarationKeywords } from '../../grammar/index.ts';
import { joinOr } from './expectation.ts';
import type { InputType, Kind } from './kind.ts';

const INPUT_TYPES: Readonly<Record<InputType, true>> = {
  file: true,
  sql: true,
  table: true,
  split: true,
  part: true,
  features: true,
  model: true,
  report: true,
  'report-part': true,
  choice: true,
  check: true,
  measure: true,
};

type Test = readonly [holds: (value: unknown) => boolean, wanted: string];

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isFunction = (value: unknown): boolean => typeof value === 'function';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const optional = ([holds, wanted]: Test): Test => [(value) => value === undefined || holds(value), wanted];
const oneOf = (words: readonly string[]): Test => [(value) => words.some((word) => word === value), joinOr(words.map((word) => `"${word}"`))];

/** What each field of a kind has to be. */
const FIELDS: Readonly<Record<keyof Omit<Kind, 'package'>, Test>> = {
  name: [(value) => typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value), 'a name of letters, digits and `_`'],
  keyword: optional(oneOf(declarationKeywords)),
  version: [(value) => Number.isSafeInteger(value), 'a whole number'],
  doc: [isText, 'a text'],
  example: [(value) => typeof value === 'string', 'a text'],
  inputs: [(value) => Array.isArray(value) && value.every(isInput), 'a list of `{ name, accepts, doc }`, `accepts` with types such as "table"'],
  params: [isSchema, 'a schema made by `record({ … })`'],
  unkeyed: optional([(value) => Array.isArray(value) && value.every(isText), 'a list of names of parameters']),
  engine: optional([(value) => isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText)), 'a text, or a list of such']),
  engineTrainsOnly: optional([isBoolean, 'true or false']),
  seeded: [isBoolean, 'true or false'],
  guarantee: oneOf(['bitwise', 'platform', 'statistical']),
  arithmetic: optional([isBoolean, 'true or false']),
  sequential: optional([isBoolean, 'true or false']),
  infer: [isFunction, 'a function'],
  run: [isFunction, 'a function'],
};

/** What is wrong with a record that should be a kind, in words; nothing where it is one. */
export function kindProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'it is not an object';
  const record = value as Readonly<Record<string, unknown>>;
  for (const [field, [holds, wanted]] of Object.entries(FIELDS)) {
    if (!holds(record[field])) return `its \`${field}\` must be ${wanted}`;
  }
  return undefined;
}

function isInput(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('accepts' in value)) return false;
  const { name, accepts } = value;
  return isText(name) && Array.isArray(accepts) && accepts.length > 0 && accepts.every((one) => typeof one === 'string' && Object.hasOwn(INPUT_TYPES, one));
}

function isSchema(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('properties' in value) || !('type' in value) || value.type !== 'object') return false;
  try {
    new Ajv({ strict: false, validateSchema: false }).compile(value);
    return true;
  } catch {
    return false;
  }
}
