import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** The rules of the house that a program can check. */
const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync(['grammar/**/*.ts', 'compiler/**/*.ts', 'runtime/**/*.ts', 'stdlib/**/*.ts', 'apps/**/*.ts'], { cwd: root }).sort();
const parsed = new Map(files.map((file) => [file, parse(file)]));

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2023, true);
}

function importsOf(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (specifier !== undefined && ts.isStringLiteral(specifier)) found.push(specifier.text);
    ts.forEachChild(node, visit);
  };
  const source = parsed.get(file);
  if (source !== undefined) visit(source);
  return found;
}

function target(file: string, specifier: string): string {
  return relative(root, join(root, dirname(file), specifier)).replaceAll('\\', '/');
}

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  grammar: ['grammar'],
  compiler: ['compiler', 'grammar'],
  runtime: ['runtime', 'compiler', 'grammar'],
  stdlib: ['stdlib', 'runtime', 'compiler', 'grammar'],
  apps: ['apps', 'stdlib', 'runtime', 'compiler', 'grammar'],
};

describe('imports', () => {
  it('point the way that the folders allow', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => target(file, specifier))
        .filter((imported) => MAY_IMPORT[file.split('/')[0] ?? '']?.includes(imported.split('/')[0] ?? '') !== true && imported !== 'package.json')
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have no cycle', () => {
    const graph = new Map(files.map((file) => [file, importsOf(file).filter((one) => one.startsWith('.')).map((one) => target(file, one))]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('keep native code in runtime/engines, loaded when it is needed', () => {
    const native = ['@duckdb/node-api', 'koffi', '@tensorflow/tfjs-core'];
    const wrong: string[] = [];
    for (const file of files) {
      const source = parsed.get(file);
      source?.forEachChild((node) => {
        if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return;
        if (native.includes(node.moduleSpecifier.text) && node.importClause?.isTypeOnly !== true) wrong.push(`${file} imports ${node.moduleSpecifier.text} on loading`);
      });
      if (!file.startsWith('runtime/engines/') && importsOf(file).some((one) => native.includes(one)) && !/import type/.test(source?.text ?? '')) {
        wrong.push(`${file} imports native code`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** A file or function over its limit says why: `// Long because …`. */
const REASON = /\/\/ Long because/;

describe('sizes', () => {
  it('files have at most 400 lines', () => {
    const long = files.filter((file) => {
      const text = parsed.get(file)?.text ?? '';
      return text.split('\n').length > 401 && !REASON.test(text);
    });
    expect(long).toEqual([]);
  });

  it('functions have at most 60 lines', () => {
    const long: string[] = [];
    for (const [file, source] of parsed) {
      const visit = (node: ts.Node): void => {
        if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
          const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
          const last = source.getLineAndCharacterOfPosition(node.end).line;
          if (last - first + 1 > 60 && !REASON.test(node.getFullText())) long.push(`${file}:${first + 1} (${last - first + 1} lines)`);
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
    expect(long).toEqual([]);
  });
});

describe('exports', () => {
  it('are documented', () => {
    const bare: string[] = [];
    for (const [file, source] of parsed) {
      const documented = new Set<string>();
      source.forEachChild((node) => {
        const exported = ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) === true;
        if (!exported) return;
        const names = ts.isVariableStatement(node)
          ? node.declarationList.declarations.map((one) => one.name.getText())
          : 'name' in node && node.name !== undefined
            ? [(node.name as ts.Node).getText()]
            : [];
        const hasDoc = /\/\*\*/.test(source.text.slice(node.pos, node.getStart()));
        for (const name of names) {
          if (!hasDoc && !documented.has(name)) bare.push(`${file}: ${name}`);
          if (hasDoc) documented.add(name);
        }
      });
    }
    expect(bare).toEqual([]);
  });
});
