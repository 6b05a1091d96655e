import { diagnose, type Diagnostic, type ImportItem, type StringValue } from '../../grammar/index.ts';
import { parseDocument } from '../../grammar/parse-document.ts';
import type { Kind, Registry } from '../kinds/kind.ts';
import { askAll, type AnswerTo, type Asking, type EnvironmentNeed, type PackageNeed, type SourceNeed } from '../needs.ts';
import { paramVariable } from '../params/param-variable.ts';
import { plainText } from '../params/plain-text.ts';
import type { Environment, Findings, LoadedFile, LoadedProgram } from '../program.ts';
import { addKinds } from './add-kinds.ts';
import { variablesOf } from './variables.ts';

/** The file that is run, and the kinds that every file knows. */
export interface LoadRequest {
  readonly file: string;
  readonly text: string;
  readonly registry: Registry;
  readonly findings: Findings;
}

/** A file that is being loaded. */
interface OpenedFile {
  readonly file: string;
  readonly text: string;
  readonly document: LoadedFile['document'];
  readonly imports: Map<ImportItem, OpenedFile>;
  readonly packages: Map<string, ImportItem>;
}

/**
 * Reads a file and all that it imports, and asks the environment for what they name. After it: every file is there once,
 * no file imports itself, however indirectly, and every kind of a package has been checked.
 */
export function* loadProgram({ file, text, registry, findings }: LoadRequest): Asking<LoadedProgram> {
  const opened = new Map<string, OpenedFile>();
  const root = open(file, text, findings);
  opened.set(file, root);
  for (let layer = [root]; layer.length > 0; ) layer = yield* openImports(layer, opened, findings);

  const files = [...opened.values()];
  const packages = yield* loadPackages(files, registry, findings);
  const environment = yield* readEnvironment(root, files);
  const linked = new Map<OpenedFile, LoadedFile>();
  const first = linkFile(root, [], { registry, packages, linked, findings });
  const others = files.flatMap((one) => (one === root ? [] : (linked.get(one) ?? [])));
  return { files: [first, ...others], registry: withKinds(registry, packages.values()), environment };
}

function open(file: string, text: string, findings: Findings): OpenedFile {
  const { value: document, diagnostics } = parseDocument(file, text);
  for (const diagnostic of diagnostics) findings.add(diagnostic);
  return { file, text, document, imports: new Map(), packages: new Map() };
}

/** Opens what the files of one layer import; returns those that are new. */
function* openImports(layer: readonly OpenedFile[], opened: Map<string, OpenedFile>, findings: Findings): Asking<OpenedFile[]> {
  const wanted = layer.flatMap((importer) => importer.document.items.flatMap((item) => (item.kind === 'import' ? wantedBy(importer, item, findings) : [])));
  const answers = yield* askAll(wanted.map(({ importer, path }): SourceNeed => ({ need: 'source', path, from: importer.file })));
  const fresh: OpenedFile[] = [];
  wanted.forEach(({ importer, item }, index) => {
    const answer = answers[index];
    if (answer?.ok !== true) {
      if (answer !== undefined) findings.add(unreadable(item, answer));
      return;
    }
    let file = opened.get(answer.file);
    if (file === undefined) {
      file = open(answer.file, answer.text, findings);
      opened.set(answer.file, file);
      fresh.push(file);
    }
    importer.imports.set(item, file);
  });
  return fresh;
}

/** The file that an import names; a package is kept with the importer. */
function wantedBy(importer: OpenedFile, item: ImportItem, findings: Findings): { readonly importer: OpenedFile; readonly item: ImportItem; readonly path: string }[] {
  const path = plainText(item.from);
  if (path === undefined) {
    findings.add(diagnose('wrong-value', item.from.span, { name: 'from', expected: 'a path without params: what a file imports is fixed' }));
    return [];
  }
  if (path.startsWith('npm:')) {
    const [first] = item.names;
    if (first !== undefined) findings.add(diagnose('import-names-of-package', first.span, { name: first.name.text, from: path }));
    importer.packages.set(path.slice('npm:'.length), item);
    return [];
  }
  if (item.names.length > 0) return [{ importer, item, path }];
  findings.add(diagnose('import-without-names', item.from.span, { path }));
  return [];
}

function unreadable({ from }: { readonly from: StringValue }, { message, hint }: { readonly message: string; readonly hint?: string }): Diagnostic {
  return diagnose('unreadable-files', from.span, { message, hint });
}

/** The kinds of each package that is imported, by its name. */
type Packages = ReadonlyMap<string, readonly Kind[]>;

function* loadPackages(files: readonly OpenedFile[], registry: Registry, findings: Findings): Asking<Packages> {
  const first = new Map<string, ImportItem>();
  for (const { packages } of files) for (const [name, item] of packages) if (!first.has(name)) first.set(name, item);
  const answers = yield* askAll([...first.keys()].map((name): PackageNeed => ({ need: 'package', name })));
  const packages = new Map<string, readonly Kind[]>();
  const taken = new Map([...registry.keys()].map((name): [string, string | undefined] => [name, undefined]));
  [...first].forEach(([name, item], index) => {
    const answer: AnswerTo<PackageNeed> | undefined = answers[index];
    if (answer?.ok === true) packages.set(name, addKinds({ name, digest: answer.digest, exported: answer.kinds, item, taken, findings }));
    else if (answer !== undefined) findings.add(unreadable(item, answer));
  });
  return packages;
}

/** Asks for the variables that files name, and for those that set params of the file that is run. */
function* readEnvironment(root: OpenedFile, files: readonly OpenedFile[]): Asking<Environment> {
  const named = files.flatMap(({ document }) => variablesOf(document));
  const names = [...new Set([...named, ...namesOfRoot(root).map(paramVariable)])];
  const answers = yield* askAll(names.map((name): EnvironmentNeed => ({ need: 'environment', name })));
  return new Map(names.map((name, index) => [name, answers[index]?.value]));
}

/** Names that may be params: declared in the file, or imported into it. */
function namesOfRoot({ document }: OpenedFile): string[] {
  return document.items.flatMap((item) => {
    if (item.kind === 'param') return [item.name.text];
    return item.kind === 'import' ? item.names.map(({ name, alias }) => (alias ?? name).text) : [];
  });
}

interface Linking {
  readonly registry: Registry;
  readonly packages: Packages;
  readonly linked: Map<OpenedFile, LoadedFile>;
  readonly findings: Findings;
}

/** Puts a file and those that it imports into the form that later phases read; `path` leads to it. */
function linkFile(opened: OpenedFile, path: readonly { readonly file: OpenedFile; readonly item: ImportItem }[], linking: Linking): LoadedFile {
  const done = linking.linked.get(opened);
  if (done !== undefined) return done;
  const imports = new Map<ImportItem, LoadedFile>();
  for (const [item, target] of opened.imports) {
    const further = [...path, { file: opened, item }];
    const start = further.findIndex((step) => step.file === target);
    if (start < 0) {
      imports.set(item, linkFile(target, further, linking));
      continue;
    }
    const [first, ...rest] = further.slice(start);
    const chain = [...further.slice(start).map((step) => step.file.file), target.file];
    const related = rest.map((step) => ({ span: step.item.span, message: 'the next of the cycle' }));
    linking.findings.add(diagnose('import-cycle', first?.item.from.span, { chain }, related));
  }
  const { file, text, document, packages } = opened;
  const kinds = [...packages.keys()].map((name) => linking.packages.get(name) ?? []);
  const linked: LoadedFile = { file, text, document, imports, registry: withKinds(linking.registry, kinds) };
  linking.linked.set(opened, linked);
  return linked;
}

function withKinds(registry: Registry, more: Iterable<readonly Kind[]>): Registry {
  const kinds = [...more].flat();
  return kinds.length === 0 ? registry : new Map([...registry, ...kinds.map((kind) => [kind.name, kind] as const)]);
}
