import { posix } from 'node:path';
import { diagnose, didYouMean, type DeclarationItem, type ForItem, type Item } from '../../grammar/index.ts';
import type { Kind } from '../kinds/kind.ts';
import { bindParams, type GivenValue } from '../params/bind-params.ts';
import { paramVariable } from '../params/param-variable.ts';
import type { BoundParam, Findings, LoadedFile, LoadedProgram, Meaning, Params, ResolvedDeclaration, ResolvedProgram, ResolvedTest, Scope } from '../program.ts';
import { findDeclared, localName, namesOfFile } from './follow-import.ts';
import { keySuffix, roundsOf } from './loop-keys.ts';
import { reportDuplicates, reportMisplaced } from './report-names.ts';
import { resolveKind } from './resolve-kind.ts';
import { resolvePipeline } from './resolve-pipeline.ts';
import { stepsOf } from './scope.ts';

/** Values given from outside, `--param name=value`, as text. */
export type GivenParams = Readonly<Record<string, string>>;

/**
 * Gives every name its one meaning: params their values, imported names what they stand for, and each round of a loop
 * its declarations. After it: names are unique without regard to case, every param has a value of its type, every
 * declaration has a kind of the registry, and the kind returns what the keyword says.
 */
export function resolveNames(program: LoadedProgram, given: GivenParams, findings: Findings): ResolvedProgram {
  const [root] = program.files;
  const resolving: Resolving = {
    program,
    names: stepNames(program),
    given: givenValues(program, given, findings),
    scopes: new Map(),
    kinds: new Map(),
    declarations: [],
    tests: [],
    findings,
  };
  const scope = resolveFile(root, resolving);
  const known = root.document.items;
  if (!known.some((item) => item.kind === 'declaration' || item.kind === 'for' || (item.kind === 'import' && item.names.length > 0))) {
    findings.add(diagnose('no-declarations', { ...root.document.span, end: root.document.span.start }, {}));
  }
  return {
    pipeline: resolvePipeline(root.document, findings),
    scope,
    declarations: resolving.declarations,
    wanted: new Set([...scope.own.values()].flatMap(stepsOf)),
    // Tests of an imported file are run with that file.
    tests: resolving.tests.filter(({ scope: { file } }) => file === root.file),
  };
}

interface Resolving {
  readonly program: LoadedProgram;
  readonly names: StepNames;
  /** Values from outside, by file and the param's name there. */
  readonly given: ReadonlyMap<LoadedFile, ReadonlyMap<string, GivenValue>>;
  readonly scopes: Map<LoadedFile, Scope>;
  readonly kinds: Map<DeclarationItem, Kind | undefined>;
  readonly declarations: ResolvedDeclaration[];
  readonly tests: ResolvedTest[];
  readonly findings: Findings;
}

function resolveFile(file: LoadedFile, resolving: Resolving): Scope {
  const done = resolving.scopes.get(file);
  if (done !== undefined) return done;
  const { findings } = resolving;
  const { items } = file.document;
  reportDuplicates(items, findings);
  reportMisplaced(items, false, findings);
  const params = bindParams(
    items.filter((item) => item.kind === 'param'),
    { given: resolving.given.get(file) ?? new Map(), environment: resolving.program.environment, findings },
  );
  const imported = importNames(file, resolving);
  const scope: Open = {
    file: file.file,
    source: file.text,
    params: new Map([...imported.params, ...params]),
    environment: resolving.program.environment,
    kinds: file.registry,
    own: new Map(imported.meanings),
  };
  resolving.scopes.set(file, scope);
  expandItems(items, scope, { file, suffix: '' }, resolving);
  return scope;
}

/** A scope whose names are still being added. */
type Open = Scope & { readonly own: Map<string, Meaning> };

interface ImportedNames {
  readonly params: Params;
  readonly meanings: ReadonlyMap<string, Meaning>;
}

function importNames(file: LoadedFile, resolving: Resolving): ImportedNames {
  const params = new Map<string, BoundParam>();
  const meanings = new Map<string, Meaning>();
  for (const item of file.document.items) {
    if (item.kind !== 'import') continue;
    const target = file.imports.get(item);
    const scope = target === undefined ? undefined : resolveFile(target, resolving);
    for (const one of item.names) {
      const local = localName(one).text;
      const { text, span } = one.name;
      const folded = text.toLowerCase();
      const meaning = scope?.own.get(folded);
      const param = [...(scope?.params.values() ?? [])].find((one) => one.name.toLowerCase() === folded);
      if (param !== undefined) params.set(local, { ...param, name: local });
      else meanings.set(local.toLowerCase(), { ...(meaning ?? { kind: 'broken' }), name: local });
      // A declaration that is wrong has been reported, and so has a file that cannot be read.
      if (target === undefined || param !== undefined || meaning !== undefined || findDeclared(target, folded) !== undefined) continue;
      const known = namesOfFile(target.document.items);
      resolving.findings.add(diagnose('unknown-import', span, { name: text, file: target.file, known, suggestion: didYouMean(text, known) }));
    }
  }
  return { params, meanings };
}

/** Where items stand: their file, and the rounds of the loops around them, as they are part of names. */
interface Position {
  readonly file: LoadedFile;
  readonly suffix: string;
}

function expandItems(items: readonly Item[], scope: Open, at: Position, resolving: Resolving): void {
  for (const item of items) {
    if (item.kind === 'declaration') declare(item, scope, at, resolving);
    else if (item.kind === 'for') expandLoop(item, scope, at, resolving);
    else if (item.kind === 'test') resolving.tests.push({ item, scope, round: at.suffix });
  }
}

function declare(item: DeclarationItem, scope: Open, { file, suffix }: Position, { kinds, names, declarations, findings }: Resolving): void {
  const folded = item.name.text.toLowerCase();
  if (scope.own.has(folded)) return;
  // The rounds of a loop share what is found of their kinds.
  if (!kinds.has(item)) kinds.set(item, resolveKind(item, file.registry, findings));
  const kind = kinds.get(item);
  const name = names(file, item.name.text) + suffix;
  scope.own.set(folded, kind === undefined ? { kind: 'broken', name: item.name.text } : { kind: 'step', name: item.name.text, step: name });
  if (kind !== undefined) declarations.push({ name, item, kind, scope });
}

function expandLoop(item: ForItem, scope: Open, at: Position, resolving: Resolving): void {
  const members = new Map(namesOfFile(item.items).map((name): [string, { name: string; members: Map<string, Meaning> }] => [name.toLowerCase(), { name, members: new Map() }]));
  const rounds = roundsOf(item, scope, resolving.findings);
  for (const { key, variable } of rounds) {
    const params = new Map([...scope.params, [variable.name, variable]]);
    const inner: Open = { ...scope, params, own: new Map(), parent: scope };
    expandItems(item.items, inner, { file: at.file, suffix: at.suffix + keySuffix(key) }, resolving);
    for (const [folded, meaning] of inner.own) members.get(folded)?.members.set(key, meaning);
  }
  for (const [folded, { name, members: made }] of members) {
    if (!scope.own.has(folded)) scope.own.set(folded, rounds.length === 0 ? { kind: 'broken', name } : { kind: 'collection', name, members: made });
  }
}

/** The name of a step from the file and the name of its declaration. */
type StepNames = (file: LoadedFile, declared: string) => string;

/**
 * Steps of the file that is run are called as declared, and those that it imports as it calls them. Any other is called
 * by its file, too, as a path from that of the file that is run: `base/legs`. No name of the language has a `/`.
 */
function stepNames({ files: [root] }: LoadedProgram): StepNames {
  const imported = new Map<DeclarationItem, string>();
  for (const item of root.document.items) {
    for (const one of item.kind === 'import' ? item.names : []) {
      const found = findDeclared(root, localName(one).text.toLowerCase());
      if (found?.item.kind === 'declaration' && !imported.has(found.item)) imported.set(found.item, localName(one).text);
    }
  }
  const byFile = new Map<LoadedFile, ReadonlyMap<string, string>>();
  return (file, declared) => {
    if (file === root) return declared;
    let known = byFile.get(file);
    if (known === undefined) {
      known = new Map([...imported].flatMap(([item, name]) => (item.span.file === file.file ? [[item.name.text.toLowerCase(), name]] : [])));
      byFile.set(file, known);
    }
    return known.get(declared.toLowerCase()) ?? `${pathOf(root.file, file.file)}/${declared}`;
  };
}

function pathOf(root: string, file: string): string {
  const [from, to] = [root, file].map((name) => name.replaceAll('\\', '/'));
  return posix.relative(posix.dirname(from ?? ''), to ?? '').replace(/\.mlp$/, '');
}

/** Sorts values from outside to the files whose params they set: those that the file that is run declares or imports. */
function givenValues(program: LoadedProgram, given: GivenParams, findings: Findings): Resolving['given'] {
  const [root] = program.files;
  const byFile = new Map<LoadedFile, Map<string, GivenValue>>();
  const known: string[] = [];
  for (const name of namesOfFile(root.document.items)) {
    const found = findDeclared(root, name.toLowerCase());
    if (found?.item.kind !== 'param') continue;
    known.push(name);
    const variable = paramVariable(name);
    const flag = Object.hasOwn(given, name) ? given[name] : undefined;
    const text = flag ?? program.environment.get(variable);
    if (text === undefined) continue;
    const values = byFile.get(found.file) ?? new Map<string, GivenValue>();
    values.set(found.item.name.text, { text, by: flag === undefined ? variable : '--param' });
    byFile.set(found.file, values);
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const importable = program.files.find(({ document }) => document.items.some((item) => item.kind === 'param' && item.name.text === name))?.file;
    findings.add(diagnose('unknown-param', undefined, { name, known, importable, suggestion: didYouMean(name, known) }));
  }
  return byFile;
}
